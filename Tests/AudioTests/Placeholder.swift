import Testing

import Audio

@Suite struct PlaceholderTests {}
