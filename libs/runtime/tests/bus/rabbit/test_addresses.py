import pytest

from onwatch_runtime.bus.rabbit.addresses import UnusableAddress, broker_urls, host_and_port, virtual_host_of


def test_one_address():
    assert broker_urls("amqp://guest:guest@127.0.0.1:5672/") == ("amqp://guest:guest@127.0.0.1:5672/",)


def test_the_nodes_of_a_cluster_are_separated_by_commas():
    setting = "amqp://u:p@a:5672/, amqp://u:p@b:5673/,amqps://u:p@c"
    assert broker_urls(setting) == ("amqp://u:p@a:5672/", "amqp://u:p@b:5673/", "amqps://u:p@c")


def test_a_comma_in_a_password_separates_nothing():
    assert broker_urls("amqp://u:a,b@c:5672/") == ("amqp://u:a,b@c:5672/",)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("amqp://u:secret@a:5672,b:5672/", r"address 1 of 1 names several hosts \(a:5672,b:5672\)"),
        ("amqp://u:secret@a/,amqp://u:secret@b:port/", r"address 2 of 2 \(b:port\) has no valid port"),
        ("amqp://u:secret@a/,amqp://", "address 2 of 2 has no host"),
        ("amqp://u:secret@a/one,amqp://u:secret@b/other", "different virtual hosts"),
    ],
)
def test_what_cannot_be_an_address_is_refused_without_its_password(setting: str, reason: str):
    with pytest.raises(UnusableAddress, match=reason) as refused:
        broker_urls(setting)
    assert "secret" not in str(refused.value)


def test_parts_of_an_address():
    assert host_and_port("amqps://u:p@node.example:5671/v") == "node.example:5671"
    assert {virtual_host_of(f"amqp://a{path}") for path in ("", "/", "/%2F")} == {"/"}
    assert virtual_host_of("amqp://a/on%2Fwatch,amqp://b/on%2Fwatch") == "on/watch"
