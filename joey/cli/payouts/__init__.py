"""Commands about payouts: deciding, holding, pausing, erasing."""
