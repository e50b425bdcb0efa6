"""What is wrong with the bank: states that last until ended, and faults that strike the next file or answer."""

from joey.sandbox.world.state import World

FORGET, REFUSE_FILES = "bank.forget", "bank.refuse_files"
PAY_THEN_TIME_OUT, PAY_TWICE, ANSWER_FOR_OTHER = "bank.pay_then_time_out", "bank.pay_twice", "bank.answer_for_other"


def switch(world: World, trouble: str, on: bool) -> None:
    """Begin or end a trouble."""
    with world.change():
        world.set_fact(trouble, int(on))


def is_on(world: World, trouble: str) -> bool:
    """Whether a trouble lasts now."""
    return bool(world.fact(trouble))


def take_one(world: World, trouble: str) -> bool:
    """Whether this trouble strikes now; it strikes once."""
    strikes = is_on(world, trouble)
    if strikes:
        switch(world, trouble, on=False)
    return strikes
