"""YAML as Docker Compose reads it: a key that stands twice refuses the whole file.

PyYAML takes the second one and says nothing.
"""

import yaml


class StrictLoader(yaml.SafeLoader):
    """Reads what `yaml.safe_load` does, and refuses a key that stands twice."""

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        """Compose a mapping; its anchors are not followed yet, so all keys are own."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"mapping key {key.value!r} twice", key.start_mark
                )
            seen.add(key.value)
        return node
