import Testing

import Realtime

@Suite struct PlaceholderTests {}
