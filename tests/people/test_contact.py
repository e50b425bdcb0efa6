"""Reading contacts: what people type, and what strangers try."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.kit.refusals import Invalid
from joey.people.contact import Contact, read_contact


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("mei@example.com", Contact("email", "mei@example.com")),
        ("  Mei.Li+shop@Example.COM ", Contact("email", "mei.li+shop@example.com")),
        ("13800138000", Contact("phone", "+8613800138000")),
        ("138 0013 8000", Contact("phone", "+8613800138000")),
        ("１３８００１３８０００", Contact("phone", "+8613800138000")),
        ("+86 138-0013-8000", Contact("phone", "+8613800138000")),
        ("0086 13800138000", Contact("phone", "+8613800138000")),
        ("+49 1512 3456789", Contact("phone", "+4915123456789")),
        ("+1 (415) 555-2671", Contact("phone", "+14155552671")),
    ],
)
def test_a_contact_is_understood_in_one_spelling(typed: str, contact: Contact) -> None:
    assert read_contact(typed) == contact
    assert read_contact(contact.value) == contact


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "   ",
        "mei",
        "mei@",
        "@nowhere.example",
        "mei@example",
        "mei@example.com\r\nBcc: everyone@example.com",
        "mei@example.com\nSubject: you won",
        "mei@exam\0ple.com",
        "mei@example.com,otto@example.com",
        "mei@example.com otto@example.com",
        "<script>alert(1)</script>@example.com",
        "mеi@example.com",  # a Cyrillic е
        "mei@exаmple.com",
        "ﬁ@example.com",
        "mei‮@example.com",
        "a" * 250 + "@example.com",
        "12345",
        "+86 1",
        "+999 123456789",
        "13800138000;ext=5",
        "13800138000 x22",
        "1-800-FLOWERS",
        "+1 900 555 0123",
        "0" * 300,
        "'; DROP TABLE people_person; --",
        "٠١٢",
    ],
)
def test_what_is_no_contact_is_refused_by_name(hostile: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_contact(hostile)

    assert refused.value.field == "contact"
    assert not hostile.strip() or hostile not in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("abc", ("e-mail address", "phone number")),  # it may have been meant as either
        ("1-800-FLOWERS", ("e-mail address", "phone number")),
        ("mei@example", ("e-mail address",)),
        ("12345", ("phone number",)),
    ],
)
def test_a_refusal_speaks_of_what_was_tried(typed: str, named: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        read_contact(typed)

    said = str(refused.value.text)
    assert tuple(way for way in ("e-mail address", "phone number") if way in said) == named


@given(st.text(max_size=300))
def test_any_text_is_read_the_same_way_again_or_refused(text: str) -> None:
    try:
        contact = read_contact(text)
    except Invalid as refused:
        assert refused.field == "contact"  # noqa: PT017 (either way is fine)
    else:
        assert read_contact(contact.value) == contact
        assert contact.value.isascii()
        assert contact.value.isprintable()
        assert len(contact.value) <= (254 if contact.kind == "email" else 16)
