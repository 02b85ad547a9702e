import Time

@testable import Crypto

/// The keys of one session, as each side of it has them.
struct SessionPair: ~Copyable {
    let here: SessionKeys
    let there: SessionKeys

    init(here: UInt32, there: UInt32, at now: Instant) {
        let keys = TransportKeys(
            initiatorToResponder: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 1)),
            responderToInitiator: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 2)))
        let clock = SessionClock(began: now, peerBegan: now)
        self.here = SessionKeys(
            suite: .aesGCM, keys: keys, isInitiator: true, localIndex: here, remoteIndex: there,
            clock: clock)
        self.there = SessionKeys(
            suite: .aesGCM, keys: keys, isInitiator: false, localIndex: there, remoteIndex: here,
            clock: clock)
    }
}
