"""Which facts of which events refer to a kept text: as `kinds.py` declares them, read from the events that have one."""

from joey.record.kinds import KINDS

_TEXT_FACTS = sorted((kind.name, name) for kind in KINDS.values() for name, fact in kind.facts.items() if fact.is_text)
WITH_TEXTS = sorted({kind for kind, _fact in _TEXT_FACTS})

# A text may be optional, so what counts is that the event has the fact, and not that it is of such a kind.
TEXT_REFS = f"""
    SELECT e.id AS event_id, e.kind, e.subject_key, e.shop_id,
           split_part(e.facts->>declared.name, ':', 1)::uuid AS text_id,
           split_part(e.facts->>declared.name, ':', 2) AS digest
    FROM record_event e
    JOIN (VALUES {", ".join(f"('{kind}', '{name}')" for kind, name in _TEXT_FACTS)}) AS declared (kind, name)
      ON declared.kind = e.kind AND e.facts ? declared.name
    WHERE e.kind IN ({", ".join(f"'{kind}'" for kind in WITH_TEXTS)})
"""
