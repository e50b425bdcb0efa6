"""Corruptions of payouts, their files, approvals and holds."""

from tests.mutations.corruption import REBALANCE, Corruption, accounts, booked, forget, journals, payout, shop

THIEF = "00000000-0000-7000-8000-0000000000ff"
OTHER_ACCOUNT = "6222020200119999999"


def file_of(key: str) -> str:
    return f"(SELECT file_id FROM payouts_payoutattempt WHERE payout_id = {payout(key)})"


def never_sent(key: str) -> tuple[str, ...]:
    """Neither a submission of the payout's file nor an answer about it."""
    return (
        f"DELETE FROM payouts_answer WHERE file_id IN {file_of(key)}",
        f"DELETE FROM payouts_submission WHERE file_id IN {file_of(key)}",
    )


def copied(table: str, columns: dict[str, str], where: str) -> str:
    """A row like another one, with these columns changed; every column of the table is named in `columns`."""
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table} WHERE {where}"


def same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


PAYOUT = same(
    "payee_id", "rail", "details_id", "details_sha256", "currency", "approvals_needed", "decided_by_id", "decided_at",
    "finished_at", "requested_at",
)  # fmt: skip
FILE = same("rail", "rail_account", "file_format", "currency", "content_id", "content_sha256", "made_at", "problems")
INVENTED = (
    copied(
        "payouts_payout",
        PAYOUT
        | {"id": f"'{THIEF}'::uuid", "shop_id": shop("mei"), "amount_minor": "100000", "state": "'paid'"}
        | {"key_sha256": "'invented'::bytea"},
        f"id = {payout('paid')}",
    ),
    copied(
        "payouts_approval",
        {"payout_id": f"'{THIEF}'::uuid"} | same("operator_id", "at"),
        f"payout_id = {payout('paid')}",
    ),
    copied(
        "payouts_payoutfile", FILE | {"id": f"'{THIEF}'::uuid", "message_id": "'INVENTED'"}, f"id = {file_of('paid')}"
    ),
    copied(
        "payouts_payoutattempt",
        same("shop_id", "number", "state", "made_at", "finished_at")
        | {"id": f"'{THIEF}'::uuid", "payout_id": f"'{THIEF}'::uuid", "file_id": f"'{THIEF}'::uuid"}
        | {"rail_key": f"upper(replace('{THIEF}', '-', ''))"},
        f"payout_id = {payout('paid')}",
    ),
    *booked(shop("mei"), "payout.reserved", f"'{THIEF}'", ("shop:available", "shop:reserved", "100000")),
    *booked(shop("mei"), "payout.submitted", f"'{THIEF}:1'", ("shop:reserved", "rail:in_transit", "100000")),
    *booked(shop("mei"), "payout.settled", f"'{THIEF}:1'", ("rail:in_transit", "paid", "100000")),
)

# Two operators found that it was not paid: as an answer to another transfer's question, and the money is available.
_ATTEMPT = "(SELECT id FROM payouts_payoutattempt WHERE payout_id = {})"
_FORGED_FINDINGS = (
    "INSERT INTO payouts_decision (hold_id, attempt_id, outcome, borne_by, operator_id, reason_id, reason_sha256, at,"
    f" carried_out) SELECT h.id, {_ATTEMPT.format(payout('paid'))}, 'not_paid', 'shop', a.operator_id,"
    " gen_random_uuid(), h.reason_sha256, now(), row_number() OVER (ORDER BY a.id) = 2 FROM payouts_payouthold h"
    f" CROSS JOIN payouts_approval a WHERE h.attempt_id = {_ATTEMPT.format(payout('contradicted'))}"
    f" AND a.payout_id = {payout('large')} ORDER BY a.id",
    f"UPDATE payouts_payoutattempt SET state = 'not_paid' WHERE payout_id = {payout('paid')}",
    f"UPDATE payouts_payout SET state = 'failed' WHERE id = {payout('paid')}",
    *booked(shop("mei"), "payout.not_paid", f"{payout('paid')} || ':1'", ("paid", "shop:available", "4000")),
)
_RECORDED_FINDINGS = """
    INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)
    SELECT a.shop_id, 'payout.decided', 1, 'payout:' || a.payout_id, jsonb_build_object('number', a.number,
           'outcome', d.outcome, 'borne_by', d.borne_by, 'by', d.operator_id, 'hold', d.hold_id, 'carried_out',
           d.carried_out, 'reason', d.reason_id || ':' || encode(d.reason_sha256, 'hex')), d.at
    FROM payouts_decision d JOIN payouts_payoutattempt a ON a.id = d.attempt_id WHERE d.outcome = 'not_paid'
"""

FORGED = 999_999_999  # the id of an answer that no rail gave


def receipt_of(key: str) -> str:
    return f"(SELECT min(id) FROM payouts_answer WHERE file_id = {file_of(key)} AND outcome = 'receipt')"


def said(key: str, outcome: str, *, with_bytes_of: str) -> str:
    """One more answer about the whole file of a payout, with the bytes of another answer."""
    return (
        "INSERT INTO payouts_answer (id, file_id, submission_id, asked_at, outcome, currency, key, content_id,"
        f" content_sha256) SELECT {FORGED}, s.file_id, s.id, now(), '{outcome}', '', '', w.content_id, w.content_sha256"
        f" FROM payouts_submission s JOIN payouts_answer w ON w.id = {with_bytes_of} WHERE s.file_id = {file_of(key)}"
    )


def said_in_words(key: str, outcome: str, content: str) -> tuple[str, ...]:
    """The same with bytes of its own."""
    kept = (
        "INSERT INTO record_erasabletext (id, salt, content)"
        f" VALUES ('{THIEF}', sha256('salt'), convert_to('{content}', 'UTF8'))"
    )
    return (
        kept,
        "INSERT INTO payouts_answer (id, file_id, submission_id, asked_at, outcome, currency, key, content_id,"
        f" content_sha256) SELECT {FORGED}, s.file_id, s.id, now(), '{outcome}', '', '', t.id,"
        " sha256(t.salt || t.content) FROM payouts_submission s"
        f" JOIN record_erasabletext t ON t.id = '{THIEF}' WHERE s.file_id = {file_of(key)}",
    )


# What a refusal of its file would have done to a payout: its money is available again.
REFUSED_UNDER_WAY = (
    f"UPDATE payouts_payoutattempt SET state = 'rejected', finished_at = now() WHERE payout_id = {payout('under-way')}",
    f"UPDATE payouts_payout SET state = 'failed', finished_at = now() WHERE id = {payout('under-way')}",
    f"UPDATE payouts_payoutfile SET answered_at = now() WHERE id = {file_of('under-way')}",
    *booked(
        shop("mei"), "payout.rejected", f"{payout('under-way')} || ':1'", ("rail:in_transit", "shop:available", "2000")
    ),
)
UNDER_WAY = f"SELECT id FROM payouts_payoutattempt WHERE payout_id = {payout('under-way')}"
OF_OVERPAYMENTS = "SELECT attempt_id FROM payouts_decision WHERE overpayment IS NOT NULL"

OF_PAYOUTS = [
    Corruption(
        "two forged findings that a settled payout was not paid, its money available again",
        _FORGED_FINDINGS,
        (26,),
        f"SELECT {_ATTEMPT.format(payout('paid'))}",
    ),
    Corruption(
        "the same with events, though the question was about another transfer",
        (*_FORGED_FINDINGS, _RECORDED_FINDINGS),
        (26,),
        f"SELECT {_ATTEMPT.format(payout('paid'))}",
    ),
    Corruption(
        "available to reserved without a payout",
        booked(shop("mei"), "payout.reserved", "gen_random_uuid()", ("shop:available", "shop:reserved", "500")),
        (21, 22),
        f"SELECT {shop('mei')}",
    ),
    Corruption(
        "amount of a paid payout",
        (f"UPDATE payouts_payout SET amount_minor = amount_minor + 1 WHERE id = {payout('paid')}",),
        (21, 22, 23, 25),
        f"SELECT id, shop_id FROM payouts_payout WHERE id = {payout('paid')}",
    ),
    Corruption(
        "an approved payout redirected",
        (
            "UPDATE payouts_payout p SET details_id = o.details_id, details_sha256 = o.details_sha256"
            f" FROM payouts_payout o WHERE o.id = {payout('paid')} AND p.id = {payout('approved')}",
        ),
        (23,),
        f"SELECT {payout('approved')}",
    ),
    Corruption(
        "bytes of a bank file changed, with their digest",
        (
            "UPDATE record_erasabletext SET content = convert_to(replace(convert_from(content, 'UTF8'),"
            f" '6222020200112243445', '{OTHER_ACCOUNT}'), 'UTF8')"
            f" WHERE id = (SELECT content_id FROM payouts_payoutfile WHERE id = {file_of('under-way')})",
            "UPDATE payouts_payoutfile f SET content_sha256 = sha256(t.salt || t.content) FROM record_erasabletext t"
            f" WHERE t.id = f.content_id AND f.id = {file_of('under-way')}",
        ),
        (25,),
        f"SELECT message_id FROM payouts_payoutfile WHERE id = {file_of('under-way')}",
    ),
    Corruption(
        "bytes of bank files deleted, as no erasure does",
        (
            "DELETE FROM record_erasabletext t USING payouts_payoutfile f WHERE t.id = f.content_id",
            "DELETE FROM record_erasabletext t USING payouts_answer w WHERE t.id = w.content_id",
        ),
        (25,),
        "SELECT message_id FROM payouts_payoutfile",
    ),
    Corruption(
        "details of payouts deleted, as no erasure does",
        ("DELETE FROM record_erasabletext t USING payouts_payout p WHERE t.id = p.details_id",),
        (25,),
        "SELECT message_id FROM payouts_payoutfile",
    ),
    Corruption(
        "bytes of bank answers deleted, as no erasure does",
        ("DELETE FROM record_erasabletext t USING payouts_answer w WHERE t.id = w.content_id",),
        (27,),
        "SELECT id FROM payouts_answer",
    ),
    Corruption(
        "12,000.00 without approval",
        (f"DELETE FROM payouts_approval WHERE payout_id = {payout('large')}",),
        (24,),
        f"SELECT {payout('large')}",
    ),
    Corruption(
        "a paid payout's file answered years ago, so that it is asked about no more",
        (f"UPDATE payouts_payoutfile SET answered_at = answered_at - interval '3 years' WHERE id = {file_of('paid')}",),
        (33,),
        f"SELECT message_id FROM payouts_payoutfile WHERE id = {file_of('paid')}",
    ),
    Corruption(
        "a paid payout's file asked about in 2099, so that it is asked about no more",
        (f"UPDATE payouts_payoutfile SET asked_at = '2099-01-01Z' WHERE id = {file_of('paid')}",),
        (33,),
        f"SELECT message_id FROM payouts_payoutfile WHERE id = {file_of('paid')}",
    ),
    Corruption(
        "who decided about 12,000.00 forgotten",
        (f"UPDATE payouts_payout SET decided_by_id = NULL, approvals_needed = 0 WHERE id = {payout('large')}",),
        (24,),
        f"SELECT {payout('large')}",
    ),
    Corruption(
        "the approvals that a payout needs forgotten",
        (f"UPDATE payouts_payout SET approvals_needed = 0 WHERE id = {payout('approved')}",),
        (24,),
        f"SELECT {payout('approved')}",
    ),
    Corruption(
        "a bank file erased past the verb",
        (
            "UPDATE record_erasabletext SET content = NULL, salt = NULL, erased_at = now()"
            f" WHERE id = (SELECT content_id FROM payouts_payoutfile WHERE id = {file_of('paid')})",
        ),
        (0,),
        f"SELECT content_id FROM payouts_payoutfile WHERE id = {file_of('paid')}",
    ),
    Corruption(
        "all that was kept erased past the verb",
        ("UPDATE record_erasabletext SET content = NULL, salt = NULL, erased_at = now()",),
        (0,),
        "SELECT id FROM record_erasabletext",
    ),
    Corruption(
        "a payout hold deleted",
        (f"DELETE FROM payouts_payouthold WHERE payout_id = {payout('approved')}",),
        (19,),
        f"SELECT id FROM payouts_payouthold WHERE payout_id = {payout('approved')}",
    ),
    Corruption(
        "a paid payout whose file was never submitted or answered",
        never_sent("paid"),
        (26,),
        f"SELECT id FROM payouts_payoutattempt WHERE payout_id = {payout('paid')}",
    ),
    Corruption(
        "a receipt of a payout under way made unreadable",
        (f"UPDATE payouts_answer SET outcome = 'unreadable' WHERE file_id = {file_of('under-way')}",),
        (26,),
        f"SELECT id FROM payouts_payoutattempt WHERE payout_id = {payout('under-way')}",
    ),
    Corruption(
        "a payout that the bank has booked back, its receipt kept once more as a refusal",
        (said("under-way", "refused", with_bytes_of=receipt_of("under-way")), *REFUSED_UNDER_WAY),
        (26,),
        UNDER_WAY,
    ),
    Corruption(
        "the same with the words of a refusal",
        (*said_in_words("under-way", "refused", 'PUT 422\n{"title": "not that way"}'), *REFUSED_UNDER_WAY),
        (26,),
        UNDER_WAY,
    ),
    *(
        Corruption(
            f"an answer about a whole file whose bytes do not say that it is {outcome}: {what}",
            statements,
            (27,),
            f"SELECT {FORGED}",
        )
        for outcome, what, statements in (
            ("refused", "a receipt", (said("under-way", "refused", with_bytes_of=receipt_of("under-way")),)),
            ("not_known", "a receipt", (said("under-way", "not_known", with_bytes_of=receipt_of("under-way")),)),
            ("unreadable", "a receipt", (said("under-way", "unreadable", with_bytes_of=receipt_of("under-way")),)),
            ("receipt", "that of another file", (said("under-way", "receipt", with_bytes_of=receipt_of("paid")),)),
            ("receipt", "a refusal", said_in_words("under-way", "receipt", "PUT 422\nno")),
            ("unreadable", "a page of something else", said_in_words("under-way", "unreadable", "GET 200\nWelcome")),
            ("not_known", "a refusal", said_in_words("under-way", "not_known", "PUT 404\nno")),
            ("settled", "no word about a file", said_in_words("under-way", "settled", "GET 200\n{}")),
        )
    ),
    Corruption(
        "an overpayment that the shop bears booked as our loss",
        (
            accounts(shop("mei"), "platform:loss"),
            "UPDATE ledger_posting p SET debit_id = (SELECT id FROM ledger_account"
            f" WHERE book_id = {shop('mei')} AND kind = 'platform:loss' AND currency = 'CNY')"
            " FROM ledger_journal j WHERE j.id = p.journal_id AND j.kind = 'payout.overpaid'",
            REBALANCE,
        ),
        (22,),
        OF_OVERPAYMENTS,
    ),
    Corruption(
        "who bears an overpayment changed in the findings, and not in the ledger",
        (
            "UPDATE payouts_decision SET borne_by = 'platform'",
            "UPDATE record_event SET facts = facts || '{\"borne_by\": \"platform\"}' WHERE kind = 'payout.decided'",
        ),
        (22,),
        OF_OVERPAYMENTS,
    ),
    *(
        Corruption(
            f"{what} of a file that the bank has",
            (f"UPDATE payouts_payoutfile SET {change} WHERE id = {file_of('under-way')}",),
            (25,),
            f"SELECT {file_of('under-way')}, a.id FROM payouts_payoutattempt a WHERE payout_id = {payout('under-way')}",
        )
        for what, change in (
            ("message id", "message_id = 'JBOTHER'"),
            ("time", "made_at = made_at - interval '300 days'"),
        )
    ),
    Corruption(
        "message id in the bytes of a file that the bank has, with their digest",
        (
            "UPDATE record_erasabletext t SET content = convert_to(replace(convert_from(t.content, 'UTF8'),"
            " f.message_id, 'JBOTHER'), 'UTF8') FROM payouts_payoutfile f"
            f" WHERE t.id = f.content_id AND f.id = {file_of('under-way')}",
            "UPDATE payouts_payoutfile f SET content_sha256 = sha256(t.salt || t.content) FROM record_erasabletext t"
            f" WHERE t.id = f.content_id AND f.id = {file_of('under-way')}",
        ),
        (25,),
        f"SELECT message_id FROM payouts_payoutfile WHERE id = {file_of('under-way')}",
    ),
    Corruption(
        "idempotency key of a payout",
        (f"UPDATE payouts_payout SET key_sha256 = sha256('another') WHERE id = {payout('paid')}",),
        (23,),
        f"SELECT {payout('paid')}",
    ),
    Corruption(
        "a paid payout deleted with attempt and journals, its money available again",
        (
            *forget(journals(payout("paid"))),
            f"DELETE FROM payouts_answer WHERE attempt_id IN"
            f" (SELECT id FROM payouts_payoutattempt WHERE payout_id = {payout('paid')})",
            f"DELETE FROM payouts_payoutattempt WHERE payout_id = {payout('paid')}",
            f"DELETE FROM payouts_approval WHERE payout_id = {payout('paid')}",
            f"DELETE FROM payouts_payout WHERE id = {payout('paid')}",
        ),
        (3, 22, 25, 26, 34),
        f"SELECT message_id, {payout('paid')}::text FROM payouts_payoutfile WHERE id = {file_of('paid')}",
    ),
    Corruption(
        "an invented paid payout, fully booked",
        INVENTED,
        (26,),
        f"SELECT '{THIEF}'",
    ),
]
