-- The work of bench/import_offers.py done bare: the same file into the same tables, keys and indexes. Nothing is checked
-- or cleaned, no row is refused, and nothing but the identity finds an offer again. The file goes into `bench_offer`.
CREATE TEMP TABLE bench_offer (
    id text, title text, url text, price numeric, currency text, list_price numeric, brand text, model text, gtin text,
    category text, seller text, picture text, volume bigint, in_stock boolean
) ON COMMIT DROP;

ANALYZE bench_offer;

MERGE INTO catalog_offer o USING bench_offer s ON o.marketplace = '{marketplace}' AND o.identity = s.id
WHEN MATCHED THEN UPDATE SET
    external_id = s.id, title = s.title, url = s.url, currency = s.currency, now_minor = (s.price * 100)::bigint,
    list_minor = (s.list_price * 100)::bigint, brand = s.brand, model = s.model, gtin = lpad(s.gtin, 14, '0'),
    category = s.category, seller = s.seller, picture_urls = ARRAY[s.picture], volume = s.volume, in_stock = s.in_stock,
    as_of = '%now%', expires_at = '%now%'::timestamptz + interval '24 hours', withdrawn_at = NULL, looked_at = NULL,
    seq = CASE WHEN (o.title, o.url, o.currency, o.now_minor, o.list_minor, o.brand, o.model, o.gtin, o.category, o.seller,
                     o.picture_urls, o.volume, o.in_stock)
        IS DISTINCT FROM (s.title, s.url, s.currency, (s.price * 100)::bigint, (s.list_price * 100)::bigint, s.brand, s.model,
                          lpad(s.gtin, 14, '0'), s.category, s.seller, ARRAY[s.picture]::varchar[], s.volume, s.in_stock)
        THEN nextval('catalog_offer_change') ELSE o.seq END
WHEN NOT MATCHED THEN INSERT (
    id, marketplace, identity, external_id, former_ids, title, translations, brand, model, gtin, category, seller,
    seller_kind, ships_from, url, picture_urls, currency, list_minor, now_minor, commission_ppm, volume, in_stock, as_of,
    expires_at, seq, rates_ppm, rates_since)
VALUES (
    joey_uuid7(), '{marketplace}', s.id, s.id, '{}', s.title, '{}', s.brand, s.model, lpad(s.gtin, 14, '0'), s.category, s.seller,
    '', '', s.url, ARRAY[s.picture], s.currency, (s.list_price * 100)::bigint, (s.price * 100)::bigint, 0, s.volume,
    s.in_stock, '%now%', '%now%'::timestamptz + interval '24 hours', nextval('catalog_offer_change'), '{0}',
    ARRAY['%now%'::timestamptz]);

INSERT INTO catalog_pricepoint (offer_id, at, price_minor, currency)
SELECT o.id, o.as_of, o.now_minor, o.currency
FROM bench_offer s JOIN catalog_offer o ON o.marketplace = '{marketplace}' AND o.identity = s.id
LEFT JOIN LATERAL (
    SELECT price_minor FROM catalog_pricepoint p WHERE p.offer_id = o.id ORDER BY at DESC LIMIT 1
) last ON true
WHERE last.price_minor IS DISTINCT FROM o.now_minor;
