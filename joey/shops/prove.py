"""What must hold in every shop."""

from joey.kit.prove import Check

CHECKS = [
    # Who owns a shop requests its payouts. Events can be added, not changed: one that says something else is enough.
    Check(
        "A shop is of the person who opened it",
        """
        SELECT s.id AS shop, s.owner_id AS owner, e.facts ->> 'by' AS opened_by FROM shops_shop s
        JOIN record_event e ON e.kind = 'shop.opened' AND e.subject_key = 'shop:' || s.id
        WHERE e.facts ->> 'by' <> s.owner_id::text
        """,
    ),
    Check(
        "A shelf's listings belong to the shelf's shop",
        "SELECT l.id AS listing FROM shops_listing l JOIN shops_shelf s ON s.id = l.shelf_id"
        " WHERE s.shop_id <> l.shop_id",
    ),
    Check(
        "A refused listing names the rule and the reason",
        "SELECT id AS listing FROM shops_listing WHERE state = 'refused' AND (rule_id = '' OR reason = '')",
    ),
    Check(
        "A published listing broke no rule",
        "SELECT id AS listing FROM shops_listing WHERE state = 'published' AND rule_id <> ''",
    ),
    Check(
        "An address is 3 to 30 letters a to z, digits and hyphens",
        "SELECT id AS shop, slug FROM shops_shop WHERE slug !~ '^[a-z0-9][a-z0-9-]{1,28}[a-z0-9]$'",
    ),
]
