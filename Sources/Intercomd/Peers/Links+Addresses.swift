internal import Files
internal import HAL
internal import Peering
internal import Presentation
internal import Time
internal import Wire

/// Where data packets of peers come from, as the kernel is told.
extension Links {
    /// The least time between two programs for the kernel: a peer may change its address as often
    /// as it likes.
    private static let splitSpacing = Duration.milliseconds(250)

    /// When the kernel is to be told what was news too soon after the last time.
    var addressesDue: Instant? {
        areAddressesNews ? preferred.map { $0.since + Self.splitSpacing } : nil
    }

    /// Tells the kernel at which addresses peers are, so that it keeps data packets from elsewhere
    /// apart: once a second, and when a session or a path has just shown it.
    mutating func follow(_ table: borrowing PeerTable, at now: Instant) {
        guard areAddressesNews, preferred.map({ now - $0.since >= Self.splitSpacing }) ?? true
        else { return }
        areAddressesNews = false
        let addresses = table.addressesInUse
        guard addresses != preferred?.addresses else { return }
        preferred = (addresses, now)
        do throws(SystemError) {
            try socket.prefer(addresses.map { SocketAddress($0) })
        } catch {
            // Until they change again, all are alike.
            try? socket.prefer(nil)
            Log.warning("a flood of data packets would disturb all peers: \(error)")
        }
    }
}
