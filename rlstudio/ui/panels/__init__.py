"""One file a panel; a panel never imports a panel."""
