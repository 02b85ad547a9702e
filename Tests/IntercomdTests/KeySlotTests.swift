import Station
import Testing
import Time

@testable import Intercomd

@Suite struct KeySlotTests {
    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    func settings(_ mode: TalkKey.Mode) -> TalkKey.Settings {
        TalkKey.Settings(mode: mode, debounce: .zero, tail: .zero, talkMax: .seconds(60))
    }

    @Test func aHotMicrophoneOpensWithItsLineAndAgainWhenTheLineIsBack() {
        var slot = KeySlot(settings: settings(.open), target: 0, at: at(0))
        #expect(!slot.key.isTalking)
        slot.readable(isDown: false, settings(.open))
        #expect(slot.key.isTalking)
        _ = slot.unreadable(at: at(2))
        #expect(!slot.key.isTalking)
        // Lost again before its level was read: that says nothing of what anybody wants.
        _ = slot.unreadable(at: at(3))
        slot.readable(isDown: false, settings(.open))
        #expect(slot.key.isTalking)
    }

    @Test func aHotMicrophoneClosedByHandStaysClosedUnderOtherSettings() {
        var slot = KeySlot(settings: settings(.open), target: 0, at: at(0))
        slot.readable(isDown: false, settings(.open))
        _ = slot.handle(.level(isDown: true), at: at(2))
        _ = slot.handle(.level(isDown: false), at: at(3))
        // The line is away as the settings come, and comes back under them.
        _ = slot.unreadable(at: at(4))
        var other = KeySlot(settings: settings(.open), target: 1, at: at(5))
        other.takeLine(of: &slot, settings(.open))
        other.readable(isDown: false, settings(.open))
        #expect(!other.key.isTalking)
    }

    @Test func aHotMicrophoneClosedByHandStaysClosedWhenItsLineIsBack() {
        var slot = KeySlot(settings: settings(.open), target: 0, at: at(0))
        slot.readable(isDown: false, settings(.open))
        _ = slot.handle(.level(isDown: true), at: at(2))
        _ = slot.handle(.level(isDown: false), at: at(3))
        #expect(!slot.key.isTalking)

        _ = slot.unreadable(at: at(4))
        slot.readable(isDown: false, settings(.open))
        #expect(!slot.key.isTalking)

        _ = slot.handle(.level(isDown: true), at: at(6))
        #expect(slot.key.isTalking)
    }

    @Test func aKeyHeldWhileItsLineComesBackDoesNotTalk() {
        var slot = KeySlot(settings: settings(.momentary), target: 0, at: at(0))
        slot.readable(isDown: false, settings(.momentary))
        _ = slot.handle(.level(isDown: true), at: at(2))
        #expect(slot.unreadable(at: at(3)) == .closeMicrophone)
        slot.readable(isDown: true, settings(.momentary))
        #expect(!slot.key.isTalking)
    }
}
