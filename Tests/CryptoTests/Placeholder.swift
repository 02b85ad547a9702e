import Testing

import Crypto

@Suite struct PlaceholderTests {}
