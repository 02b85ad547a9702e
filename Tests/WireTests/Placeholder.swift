import Testing

import Wire

@Suite struct PlaceholderTests {}
