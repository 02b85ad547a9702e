import Testing

import Control

@Suite struct PlaceholderTests {}
