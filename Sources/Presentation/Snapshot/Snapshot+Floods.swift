package import Peering

extension Snapshot {
    /// More comes from the network than a house of stations sends.
    package struct Floods {
        /// The last one of first messages of handshakes; it may be over.
        package var handshakes: Flood?
        package var packets = PacketFlood()

        package init() {}
    }
}
