"""Pure, versioned rule packs: what may be listed and said, how a caption is labelled, how a plan may pay."""
