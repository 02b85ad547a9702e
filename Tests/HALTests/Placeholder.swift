import Testing

import HAL

@Suite struct PlaceholderTests {}
