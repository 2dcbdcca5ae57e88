"""The rules of law, one file a subject: each takes the columns of an act and the law of a day."""
