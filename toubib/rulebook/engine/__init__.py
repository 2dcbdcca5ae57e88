"""How rules answer: three-valued logic over Ibis expressions, the same for one act and for a table of them."""
