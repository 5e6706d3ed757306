"""Tables of cases as text: a line each, columns apart by `|`, blanks around them left out."""


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table, without empty lines and comments."""
    lines = (line.strip() for line in table.splitlines())
    return [
        tuple(cell.strip() for cell in line.split("|"))
        for line in lines
        if line and not line.startswith("#")
    ]
