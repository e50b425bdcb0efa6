"""The refusal of a whole file, whatever it was to hold."""

from joey.kit.refusals import Invalid, Text


class UnreadableFile(Invalid):
    """The whole file is refused. `row` in the facts says where the fault is, if that is known."""

    code = "unreadable_file"

    def __init__(self, text: Text, *, row: int | None = None) -> None:
        super().__init__(text, field="file", row=row)
