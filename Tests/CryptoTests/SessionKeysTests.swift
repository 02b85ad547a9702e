import Testing
import Time

@testable import Crypto

@Suite struct SessionKeysTests {
    @Test(arguments: [Suite.aesGCM, .chaChaPoly]) func rolesMirrorEachOther(suite: Suite) {
        let keys = TransportKeys(
            initiatorToResponder: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 1)),
            responderToInitiator: DirectionKeys(
                key: .random(), headerKey: .random(), iv: AEAD.Nonce(repeating: 2)))
        let start = Instant(nanoseconds: 0)
        let clock = SessionClock(began: start, peerBegan: start)
        var initiator = SessionKeys(
            suite: suite, keys: keys, isInitiator: true,
            localIndex: 0xA1A2_A3A4, remoteIndex: 0xB1B2_B3B4, clock: clock)
        var responder = SessionKeys(
            suite: suite, keys: keys, isInitiator: false,
            localIndex: 0xB1B2_B3B4, remoteIndex: 0xA1A2_A3A4, clock: clock)
        #expect(initiator.remoteIndex == responder.localIndex)
        #expect(responder.remoteIndex == initiator.localIndex)

        let plaintext = [UInt8](repeating: 7, count: 64)
        for flags in [0x40, 0x05] as [UInt8] {
            let counter: UInt64 = flags == 0x40 ? 0 : 1
            let there = initiator.sealer.sealed(flags: flags, plaintext) ?? []
            let back = responder.sealer.sealed(flags: flags, plaintext) ?? []
            let opened = OpenedFrame.opened(
                flags: flags, counter: counter, isNewest: true, plaintext)
            #expect(responder.opener.opened(there) == opened)
            #expect(initiator.opener.opened(back) == opened)
        }
    }
}
