import numpy as np
import pytest

from onwatch_synthetic.meshes import Block, MeshBuilder, add_block, patch


def test_every_face_of_a_block_looks_outwards() -> None:
    builder = MeshBuilder()
    block = Block(-2.0, 2.0, 1.0, 0.0, 1.5, -1.0, 1.5, 0.8)
    add_block(builder, block, (1.0, 2.0, 3.0), 0)
    mesh = builder.build()
    for face in mesh.faces:
        middle = mesh.vertices[list(face.corners)].mean(axis=0)
        assert np.dot(face.normal, middle - np.array(block.middle)) > 0


def test_a_patch_of_a_quad_lies_where_its_fractions_say() -> None:
    quad = ((0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 0.0, 2.0), (0.0, 0.0, 2.0))
    assert patch(quad, 0.25, 0.5, 0.0, 0.5)[2] == pytest.approx((2.0, 0.0, 1.0))
