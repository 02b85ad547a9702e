internal import HAL
internal import Time

/// Addresses that one peer's packets came from lately, besides its endpoint.
///
/// Each is told to the control thread now and then only: whoever copies packets decides how often
/// they come, and from how many addresses.
struct Sightings {
    /// The least time between two reports of one address.
    static let spacing = Duration.milliseconds(100)

    private var places = InlineArray<4, (source: SocketAddress, at: Instant)?>(repeating: nil)

    /// Whether to tell that a packet came from there.
    mutating func isNews(_ source: SocketAddress, at now: Instant) -> Bool {
        var free: Int?
        for place in places.indices {
            guard let seen = places[place], now < seen.at + Self.spacing else {
                free = free ?? place
                continue
            }
            if seen.source == source { return false }
        }
        guard let free else { return false }
        places[free] = (source, now)
        return true
    }
}
