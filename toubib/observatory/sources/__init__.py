"""Other sources of the same document: Open DAMIR, the REPSS workbook, the platform's own acts."""
