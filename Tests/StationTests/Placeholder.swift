import Testing

import Station

@Suite struct PlaceholderTests {}
