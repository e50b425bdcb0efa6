"""Mappings of files that many shops and networks give out, each with what it rests on. `--mapping NAME` takes one."""
