import Testing

import Config

@Suite struct PlaceholderTests {}
