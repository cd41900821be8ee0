"""The help pages of the nodes: `page` puts them together, `studio` makes their pictures as `recipes` say."""
