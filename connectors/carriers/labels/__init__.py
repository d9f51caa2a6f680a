"""Label files: what B2クラウド and e飛伝III import, one module each.

`file` checks the cells and writes the bytes, `text` fits Japanese into them.
"""
