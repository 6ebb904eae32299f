"""Options that several commands share."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, also on errors.")
plain_option = click.option("--plain", is_flag=True, help="Print sentences instead of tables, bars and colours.")
