"""For each rule about payouts one break as SQL that the database lets the tables' owner do; `joey prove` notices each.

What is read from the bytes of files and answers has tests of its own (test_prove.py, test_prove_answers.py).
"""

LULU = "(SELECT id FROM shops_shop WHERE slug = 'lulu')"
STRANGER = "(SELECT id FROM people_person WHERE email = 'lulu@example.com')"
OWNER = "(SELECT id FROM people_person WHERE email = 'mei@example.com')"
_PAYOUT = (
    "INSERT INTO payouts_payout (id, shop_id, payee_id, rail, details_id, details_sha256, currency, amount_minor,"
    " state, key_sha256, requested_at, decided_at) SELECT gen_random_uuid(), shop_id, payee_id, rail, {details},"
    " details_sha256, currency, {amount}, '{state}', 'made up'::bytea, now(), now() FROM payouts_payout LIMIT 1"
)
_PAYEE = (
    "INSERT INTO payouts_payee (id, shop_id, rail, version, details_id, details_sha256, changed_at, usable_from)"
    " SELECT gen_random_uuid(), shop_id, rail, version + 1, {details}, details_sha256, changed_at, usable_from"
    " FROM payouts_payee LIMIT 1"
)
_HOLD = (
    "INSERT INTO payouts_payouthold (id, shop_id, cause, reason_id, reason_sha256, placed_at, recorded_at)"
    " SELECT gen_random_uuid(), shop_id, 'operator', {reason}, reason_sha256, placed_at, recorded_at - interval '1 day'"
    " FROM payouts_payouthold LIMIT 1"
)
_CLOSING = (
    "INSERT INTO payouts_payoutholdclosing (hold_id, reason_id, closed_at) SELECT id, gen_random_uuid(), now()"
    " FROM payouts_payouthold h WHERE NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)"
)
_DECISION = (
    "INSERT INTO payouts_decision (hold_id, attempt_id, outcome, borne_by, operator_id, reason_id, reason_sha256, at,"
    " carried_out) SELECT h.id, a.id, '{outcome}', 'shop', {by}, {reason}, h.reason_sha256, now(), true"
    " FROM payouts_payouthold h, payouts_payoutattempt a LIMIT 1"
)
_OVERPAID = (
    "WITH a AS (SELECT * FROM payouts_payoutattempt LIMIT 1), found AS ("
    "INSERT INTO payouts_decision (hold_id, attempt_id, outcome, borne_by, operator_id, reason_id, reason_sha256, at,"
    f" carried_out, overpayment) SELECT h.id, a.id, 'overpaid', 'platform', {STRANGER}, h.reason_id, h.reason_sha256,"
    " now(), true, 1 FROM payouts_payouthold h, a LIMIT 1), j AS ("
    "INSERT INTO ledger_journal (book_id, kind, reference, happened_at) SELECT shop_id, 'payout.overpaid',"
    " payout_id || ':' || number || ':1', now() FROM a RETURNING id, book_id)"
    " INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)"
    " SELECT j.id, j.book_id, d.id, c.id, 'CNY', 1 FROM j"
    " JOIN ledger_account d ON (d.book_id, d.kind) = (j.book_id, 'shop:available')"
    " JOIN ledger_account c ON (c.book_id, c.kind) = (j.book_id, 'paid')"
)
_ANSWER = (
    "INSERT INTO payouts_answer (file_id, submission_id, attempt_id, key, asked_at, outcome, amount_minor, currency,"
    " content_id, content_sha256) SELECT w.file_id, w.submission_id, w.attempt_id, w.key, now(), 'rejected',"
    " amount_minor, currency, {content}, content_sha256 FROM payouts_answer w WHERE w.outcome = 'settled' LIMIT 1"
)

BREAKS = {
    "21. Reserved, in transit and paid are what the payouts say, per rail account": (
        "UPDATE payouts_payoutattempt SET state = 'rejected' WHERE state = 'accepted'"
    ),
    "22. Every payout has the journals of its history, over its own amount": (
        "UPDATE payouts_payoutattempt SET state = 'returned' WHERE state = 'settled'"
    ),
    "22. Every journal of a payout belongs to the history of its payout": (
        "UPDATE payouts_payoutattempt SET state = 'accepted' WHERE state = 'settled'"
    ),
    "22. A payout has at most one attempt that can pay, and its state is the attempt's": (
        "UPDATE payouts_payout SET state = 'approved' WHERE state = 'sent'"
    ),
    "22. Every attempt is in a file of its rail and currency, and belongs to its payout's shop": (
        f"UPDATE payouts_payoutattempt SET shop_id = {LULU}"
    ),
    "22. Each overpayment is borne by whom it was found to be, and what came back is theirs": _OVERPAID,
    "23. A payout goes to the payee version and the details that were requested, and has the key of its request": (
        _PAYOUT.format(details="details_id", amount=100, state="refused")
    ),
    "23. A payee version is the one that its event recorded, and its pause was over when a payout was requested": (
        _PAYEE.format(details="details_id")
    ),
    "23. A payout and its payee version have the same details, while both are kept": _PAYOUT.format(
        details="(SELECT reason_id FROM payouts_payouthold LIMIT 1)", amount=100, state="refused"
    ),
    "24. An approved payout has the approvals that the limits then required": _PAYOUT.format(
        details="details_id", amount=1_000_000, state="paid"
    ),
    "24. Each payout was decided when, and by whom, its event and the approval that decided it say": (
        "UPDATE payouts_payout SET decided_at = decided_at + interval '1 minute' WHERE state = 'paid'"
    ),
    "24. No operator approved more within 24 hours than the limits of then allow": (
        "UPDATE payouts_payoutlimits SET per_operator_day_minor = 1"
    ),
    "24. Each approval was recorded when it was given": (
        f"INSERT INTO payouts_approval (payout_id, operator_id, at) SELECT id, {STRANGER}, now() FROM payouts_payout"
    ),
    "25. A payout file has the name and the time that were recorded when it was prepared": (
        "UPDATE payouts_payoutfile SET message_id = message_id || '0'"
    ),
    "31. Each version of the limits is the one that its event recorded, or came with Joey": (
        "UPDATE payouts_payoutlimits SET floor_minor = floor_minor + 1"
    ),
    "26. What may have left was submitted first, to its own rail account": (
        "UPDATE payouts_payoutattempt SET state = 'prepared' WHERE state = 'accepted'"
    ),
    "26. Nothing was submitted after a receipt or an answer, nor to another rail account": (
        "INSERT INTO payouts_submission (file_id, rail_account, started_at)"
        " SELECT file_id, rail_account, now() FROM payouts_submission"
    ),
    "26. Nothing was submitted while a hold or a pause was in force": _HOLD.format(reason="reason_id"),
    "26. What became of a transfer follows from an answer of its rail or from two operators": (
        "UPDATE payouts_payoutattempt SET state = 'settled' WHERE state = 'accepted'"
    ),
    "26. A decision was carried out by two distinct operators who agree, neither of them the owner": (
        _DECISION.format(by=STRANGER, reason="h.reason_id", outcome="settled")
    ),
    "26. Each decision was recorded as it is, and answers a question about its transfer that was open then": (
        _DECISION.format(by=STRANGER, reason="h.reason_id", outcome="settled")
    ),
    "26. Each overpayment was found once, and what came back had been found overpaid": (
        _DECISION.format(by=STRANGER, reason="h.reason_id", outcome="overpaid_again")
    ),
    "26. What a restore left out was found by two distinct operators who agree, neither of them the owner": (
        "INSERT INTO record_event (kind, version, subject_key, facts, happened_at) SELECT 'payout.left_out_found', 1,"
        ' \'payout:\' || id, \'{"by": "x", "outcome": "settled", "carried_out": true}\', now() FROM payouts_payout'
    ),
    "26. What a restore left out holds its shop's payouts, or pauses all, until it is found what became of it": (
        "INSERT INTO record_event (kind, version, subject_key, facts, happened_at) SELECT 'payout.left_out', 1,"
        " 'payout:' || gen_random_uuid(), jsonb_build_object('stopped_by', gen_random_uuid()), now()"
    ),
    "27. Each answer fits what was booked when it came, or opened a question, which was a hold": _ANSWER.format(
        content="gen_random_uuid()"
    ),
    "27. Each answer or finding that opened a question by what it says is kept": (
        "INSERT INTO payouts_payouthold (id, shop_id, cause, attempt_id, reason_id, reason_sha256, placed_at)"
        " SELECT gen_random_uuid(), a.shop_id, 'contradiction', a.id, h.reason_id, h.reason_sha256, now()"
        " FROM payouts_payouthold h CROSS JOIN payouts_payoutattempt a LIMIT 1"
    ),
    "27. Each transfer that was contradicted or became unknown has the hold of that time": (
        "INSERT INTO record_event (kind, version, subject_key, facts, happened_at) SELECT 'payout.unknown', 1,"
        " 'payout:' || payout_id, jsonb_build_object('number', number), now() FROM payouts_payoutattempt LIMIT 1"
    ),
    "27. Each answer fits what is booked, or a hold asks about it": _ANSWER.format(content="content_id"),
    "27. A transfer that is unknown or came back holds its shop's payouts until that is cleared": (
        "UPDATE payouts_payoutattempt SET state = 'unknown' WHERE state = 'accepted'"
    ),
    "33. A payout file is marked answered, or withdrawn, exactly when all its transfers are, never in the future": (
        "UPDATE payouts_payoutfile SET answered_at = now() WHERE answered_at IS NULL"
    ),
    "33. No transfer waits for its rail longer than that may take: then it is unknown": (
        "UPDATE payouts_submission SET recorded_at = recorded_at - interval '15 days'"
    ),
    "19. Holds on payouts and pauses are the ones that were recorded, and so are their endings": (
        _HOLD.format(reason="reason_id")
    ),
    **{
        f"Each text that payouts_{name}_id refers to is the one that was kept, or was erased": broken
        for name, broken in {
            "payee.details": _PAYEE.format(details="gen_random_uuid()"),
            "payout.details": _PAYOUT.format(details="gen_random_uuid()", amount=100, state="refused"),
            "payout.reason": "UPDATE payouts_payout SET reason_id = gen_random_uuid() WHERE reason_id IS NOT NULL",
            "payoutattempt.reason": (
                "UPDATE payouts_payoutattempt SET reason_id = gen_random_uuid() WHERE reason_id IS NOT NULL"
            ),
            "payouthold.reason": _HOLD.format(reason="gen_random_uuid()"),
            "payoutholdclosing.reason": _CLOSING,
            "payoutpause.reason": (
                "INSERT INTO payouts_payoutpause (id, reason_id, reason_sha256, placed_at)"
                " SELECT gen_random_uuid(), gen_random_uuid(), reason_sha256, now() FROM payouts_payoutpause"
            ),
            "payoutpauseending.reason": (
                "WITH pause AS (INSERT INTO payouts_payoutpause (id, reason_id, reason_sha256, placed_at)"
                " SELECT gen_random_uuid(), reason_id, reason_sha256, now() FROM payouts_payoutpause RETURNING *)"
                " INSERT INTO payouts_payoutpauseending (pause_id, reason_id, reason_sha256, ended_at)"
                " SELECT id, gen_random_uuid(), reason_sha256, now() FROM pause"
            ),
            "decision.reason": _DECISION.format(by=STRANGER, reason="gen_random_uuid()", outcome="settled"),
            "payoutfile.content": (
                "INSERT INTO payouts_payoutfile (id, rail, rail_account, message_id, file_format, currency, content_id,"
                " content_sha256, made_at, problems) SELECT gen_random_uuid(), rail, rail_account, 'made up',"
                " file_format, currency, gen_random_uuid(), content_sha256, now(), '' FROM payouts_payoutfile LIMIT 1"
            ),
            "answer.content": _ANSWER.format(content="gen_random_uuid()"),
            "answer.words": (
                "INSERT INTO payouts_answer (file_id, submission_id, key, asked_at, outcome, currency, content_id,"
                " content_sha256, words_id, words_sha256) SELECT file_id, submission_id, '~' || md5('made up'), now(),"
                " 'not_ours', '', content_id, content_sha256, gen_random_uuid(), content_sha256 FROM payouts_answer"
                " LIMIT 1"
            ),
        }.items()
    },
}
