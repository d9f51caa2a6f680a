"""Label files out: what B2クラウド and e飛伝III import, one module each."""
