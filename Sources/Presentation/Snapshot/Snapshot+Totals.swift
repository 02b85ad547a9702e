package import Peering

extension Snapshot {
    /// What was counted outside of the media loop since the start.
    package struct Totals {
        /// Datagrams that found the data socket's queue full, and that of the handshakes.
        package var dataFull = 0
        package var straysFull = 0
        package var handshakesFull = 0
        /// Counts of the handshakes that others have started.
        package var initiations = InitiationCounts()
        /// Handshake datagrams dropped, by `Drop.counter`.
        package var drops: [Int] = []
        /// Handshake datagrams that the network refused to take.
        package var handshakesUnsent = 0
        /// Counts of former peers, which have left or whose number another peer has now.
        package var handshakesBefore: UInt64 = 0
        package var packetsBefore: (sent: UInt64, opened: UInt64) = (0, 0)
        /// Counts of the search for peers on the LAN.
        package var discovery = Discovery.Counts()
        package var callersRefused = 0
        package var requestsRefused = 0
        package var eventsUntold = 0
        package var levelsUntold = 0
        package var journalSuppressed = 0
        package var journalLost = 0
        package var historyLost = 0
        package var historySetAside = 0
        /// Events for which the user's program failed, or was not run.
        package var hookFailed = 0
        package var pairingStrangers = 0
        package var pairingAttempts = 0

        package init() {}
    }
}
