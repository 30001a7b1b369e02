"""Pages of companies, contacts, deals and meetings, with their links to other systems."""
