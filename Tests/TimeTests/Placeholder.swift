import Testing

import Time

@Suite struct PlaceholderTests {}
