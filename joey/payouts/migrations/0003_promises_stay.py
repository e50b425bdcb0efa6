"""A file's bytes and what a payout promised never change, kept so by the database."""

from django.db import migrations

SQL = """
CREATE FUNCTION payouts_bankfile_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.message_id, NEW.form, NEW.currency, NEW.content, NEW.made_at)
     IS DISTINCT FROM (OLD.id, OLD.message_id, OLD.form, OLD.currency, OLD.content, OLD.made_at) THEN
    RAISE EXCEPTION 'a bank file never changes once it is written';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payouts_bankfile_stays BEFORE UPDATE ON payouts_bankfile
FOR EACH ROW EXECUTE FUNCTION payouts_bankfile_stays();

CREATE FUNCTION payouts_payout_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.shop_id, NEW.payee_id, NEW.rail, NEW.holder_name, NEW.account_number, NEW.bank_code,
      NEW.currency, NEW.amount_minor, NEW.idempotency_key)
     IS DISTINCT FROM (OLD.id, OLD.shop_id, OLD.payee_id, OLD.rail, OLD.holder_name, OLD.account_number,
      OLD.bank_code, OLD.currency, OLD.amount_minor, OLD.idempotency_key) THEN
    RAISE EXCEPTION 'what a payout promised never changes: refuse it and ask for a new one';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payouts_payout_stays BEFORE UPDATE ON payouts_payout
FOR EACH ROW EXECUTE FUNCTION payouts_payout_stays();
"""
BACK = """
DROP TRIGGER payouts_payout_stays ON payouts_payout; DROP FUNCTION payouts_payout_stays();
DROP TRIGGER payouts_bankfile_stays ON payouts_bankfile; DROP FUNCTION payouts_bankfile_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0002_answers_and_second_approval")]
    operations = [migrations.RunSQL(SQL, BACK)]
