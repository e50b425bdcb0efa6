"""The promoter's account that the simulated gateway knows. Public on purpose: nothing here opens anything real."""

CLIENT_ID = "6f1d8c3b52a94e07b0c41d9e8a7f2365"
CLIENT_SECRET = "1b7e02c94fd8465aa3906e5bd172cf84e9035a6d"  # noqa: S105 simulated
DUO_ID = 1_000_001
MEDIA_ID = 8_800_001
FIRST_PID, FIRST_PID_NAME = 200_000_001, "joey"  # there from the start; it is not filed
MOST_PIDS = 100_000


def pid_of(number: int) -> str:
    """The whole text of a pid, `1000001_200000001`."""
    return f"{DUO_ID}_{number}"


def number_of_pid(pid: str) -> int | None:
    """The number in a pid of this account; None for any other text."""
    owner, _, number = pid.partition("_")
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    return int(number) if is_number and pid == pid_of(int(number)) and owner == str(DUO_ID) else None
