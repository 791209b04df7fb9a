"""Rights that a process gives up for good before it reads an untrusted file.

Landlock takes away files and TCP, seccomp takes away system calls. Both are of Linux. A kernel without one of them, or
a system without libseccomp, leaves it out: `missing_protection` says which, for one line in the log. Where they are
there but fail, the process ends with the error, and reads no file.
"""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# System calls that no decoder needs. A list of what is allowed instead would have to follow each release of the C
# library and of Python, and a call that is missing in it breaks some codec on some machine.
NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4")
PROGRAMS = ("execve", "execveat", "fork", "vfork")
OTHER_PROCESSES = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open", "pidfd_getfd", "kcmp"),
    *("kill", "tkill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority"),
)
KERNEL = (
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    *("keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module", "kexec_load"),
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_by_handle_at", "move_mount", "fsopen"),
    *("personality", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "sethostname", "quotactl", "acct"),
)
CLONE_THREAD = 0x00010000
LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
MACHINE = ("/sys/devices/system/cpu", "/proc/self/status", "/proc/cpuinfo", "/dev/urandom", "/dev/null")
"""Read by the C library and by decoders to know the machine, and by a process to know its own memory."""


def give_up_rights(reads: Sequence[Path] = (), writes: Sequence[Path] = ()) -> None:
    """Read only below `reads` and from the libraries, create and write only below `writes`, from now on.

    This process reaches no network, starts no program or process, and touches no other process. Call it while there is
    one thread: only the calling thread and those it starts are bound.
    """
    seccomp = _seccomp()  # first: loading it runs a program, which Landlock forbids
    if _landlock_abi() is not None:
        _restrict_files(reads, writes)
    if seccomp is not None:
        _restrict_calls(seccomp)


def missing_protection() -> tuple[str, ...]:
    """What this machine lacks, in words; empty where nothing is missing."""
    missing = []
    if _landlock_abi() is None:
        missing.append("Landlock (Linux 5.13 or newer, enabled in the kernel)")
    if _seccomp() is None:
        missing.append("seccomp (Linux with libseccomp)")
    return tuple(missing)


# --- Landlock ------------------------------------------------------------------------------------


def _landlock_abi() -> int | None:
    """None: this machine has no Landlock."""
    if sys.platform != "linux":
        return None
    import landlockpy

    try:
        with landlockpy.Ruleset() as ruleset:
            return ruleset.abi_version
    except landlockpy.LandlockError:
        return None


def _restrict_files(reads: Sequence[Path], writes: Sequence[Path]) -> None:
    from landlockpy import AccessFS, Ruleset, Scope

    read = AccessFS.READ_FILE | AccessFS.READ_DIR
    write = read | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.MAKE_REG | AccessFS.REMOVE_FILE | AccessFS.REFER
    scopes = Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL
    with Ruleset(scoped=scopes) as ruleset:
        for access, paths in ((read, (*_libraries(), *reads)), (write, writes)):
            for path in paths:
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    ruleset.allow_path(path, access if path.is_dir() else access & ~AccessFS.READ_DIR)
        ruleset.restrict()


def _libraries() -> Iterator[Path]:
    """What this program imports later, and what the C library reads."""
    yield from (Path(each) for each in (*LIBRARIES, *MACHINE, *sys.path) if each and Path(each).is_absolute())


# --- seccomp -------------------------------------------------------------------------------------


def _seccomp() -> Any | None:
    """The library; None: it is not installed, or this kernel has no seccomp."""
    if sys.platform != "linux" or "Seccomp:" not in Path("/proc/self/status").read_text():
        return None
    try:
        import pyseccomp  # raises where libseccomp is not installed
    except (ImportError, RuntimeError, OSError):
        return None
    return pyseccomp


def _restrict_calls(library: Any) -> None:
    rules = library.SyscallFilter(library.ALLOW)
    for name in (*NETWORK, *PROGRAMS, *OTHER_PROCESSES, *KERNEL):
        with contextlib.suppress(OSError):  # not a call of this processor, or newer than the library
            rules.add_rule(library.ERRNO(errno.EPERM), name)
    # The flags of `clone3` are in memory, where no filter reads them; without it the C library uses `clone`.
    with contextlib.suppress(OSError):
        rules.add_rule(library.ERRNO(errno.ENOSYS), "clone3")
    is_no_thread = library.Arg(0, library.MASKED_EQ, CLONE_THREAD, 0)
    rules.add_rule(library.ERRNO(errno.EPERM), "clone", is_no_thread)
    rules.load()
