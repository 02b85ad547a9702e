import Testing

import Session

@Suite struct PlaceholderTests {}
