import Station
import Testing
import Time

@testable import Media

@Suite struct TalkKeySlotTests {
    func settings(_ mode: TalkKey.Mode) -> TalkKey.Settings {
        TalkKey.Settings(mode: mode, debounce: .zero, tail: .zero, talkMax: .seconds(60))
    }

    @Test func aHotMicrophoneOpensWithItsLineAndAgainWhenTheLineIsBack() {
        var slot = TalkKeySlot(settings: settings(.open), target: 0, at: at(0))
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

    @Test func aHotMicrophoneClosedByHandStaysClosedWhenItsLineIsBack() {
        var slot = TalkKeySlot(settings: settings(.open), target: 0, at: at(0))
        slot.readable(isDown: false, settings(.open))
        _ = slot.handle(.level(isDown: true), at: at(2))
        _ = slot.handle(.level(isDown: false), at: at(3))
        #expect(!slot.key.isTalking)

        // The line is away as other settings come, and comes back under them.
        _ = slot.unreadable(at: at(4))
        var other = TalkKeySlot(settings: settings(.open), target: 1, at: at(5))
        other.inheritLine(of: &slot, settings(.open))
        other.readable(isDown: false, settings(.open))
        #expect(!other.key.isTalking)
        _ = other.unreadable(at: at(6))
        other.readable(isDown: false, settings(.open))
        #expect(!other.key.isTalking)

        _ = other.handle(.level(isDown: true), at: at(7))
        #expect(other.key.isTalking)
    }

    @Test func aKeyHeldWhileItsLineComesBackDoesNotTalk() {
        var slot = TalkKeySlot(settings: settings(.momentary), target: 0, at: at(0))
        slot.readable(isDown: false, settings(.momentary))
        _ = slot.handle(.level(isDown: true), at: at(2))
        #expect(slot.unreadable(at: at(3)).talk == .closeMicrophone)
        slot.readable(isDown: true, settings(.momentary))
        #expect(!slot.key.isTalking)
    }

    @Test func aGestureBegunIsDroppedWithTheSettingsThatAskedForIt() {
        var slot = slot(.press, hold: true)
        slot.readable(isDown: false, settings(.momentary))
        _ = slot.handle(.level(isDown: true), at: at(10))
        slot.change(to: settings(.momentary), target: 0, meaning: .talk, vox: nil)
        // As the media loop follows what is due.
        var turns = 0
        while let deadline = slot.deadline, deadline <= at(5_000), turns < 10 {
            _ = slot.handle(.tick, at: at(5_000))
            turns += 1
        }
        #expect(turns < 10)
        #expect(slot.settles == nil)
        #expect(slot.handle(.level(isDown: false), at: at(5_001)).talk == .closeMicrophone)
    }

    func slot(_ touch: Gesture.Touch?, press: Bool = false, hold: Bool = false) -> TalkKeySlot {
        let gestures = Gesture.Settings(press: press, hold: hold, double: false, debounce: .zero)
        var slot = TalkKeySlot(
            settings: settings(.momentary), target: 0,
            meaning: KeyMeaning(talkTouch: touch, gestures: gestures), at: at(0))
        slot.readable(isDown: false, settings(.momentary))
        return slot
    }

    @Test func aGestureIsLetGoOnceAndSoonerOrLater() {
        var chattering = TalkKeySlot(
            settings: settings(.momentary), target: nil,
            meaning: KeyMeaning(
                talkTouch: nil,
                gestures: Gesture.Settings(
                    press: true, hold: false, double: false, debounce: .milliseconds(20))),
            at: at(0))
        chattering.readable(isDown: false, settings(.momentary))
        _ = chattering.handle(.level(isDown: true), at: at(10))
        let press = chattering.handle(.tick, at: at(30))
        #expect(press == .init(touch: .press))
        for moment in 40..<50 {
            let edge = chattering.handle(.level(isDown: moment % 2 == 1), at: at(moment))
            #expect(edge == .init(), "a contact that chatters lets nothing go")
        }
        _ = chattering.handle(.level(isDown: false), at: at(100))
        #expect(chattering.handle(.tick, at: at(120)) == .init(isLetGo: true))
        var lost = slot(nil, press: true)
        let began = lost.handle(.level(isDown: true), at: at(10))
        #expect(began == .init(touch: .press))
        #expect(lost.unreadable(at: at(20)) == .init(isLetGo: true))
        lost.readable(isDown: true, settings(.momentary))
        #expect(lost.handle(.level(isDown: false), at: at(30)) == .init(), "it is told once")
        // The loop stood still: what began is over by the time that it is told.
        var late = slot(nil, hold: true)
        _ = late.handle(.level(isDown: true), at: at(100))
        let both = late.handle(.level(isDown: false), at: at(900))
        #expect(both == .init(touch: .hold, isLetGo: true))
    }

    @Test func aTalkWaitsForNoGesture() {
        var slot = slot(.press, press: true, hold: true)
        let press = slot.handle(.level(isDown: true), at: at(100))
        #expect(press == .init(talk: .openMicrophone, touch: nil))
        let release = slot.handle(.level(isDown: false), at: at(200))
        #expect(release == .init(talk: .closeMicrophone, touch: .press, isLetGo: true))
    }

    @Test func aHoldThatTalksDoesSoUntilTheRelease() {
        var slot = slot(.hold, press: true, hold: true)
        let press = slot.handle(.level(isDown: true), at: at(100))
        #expect(press == .init())
        #expect(slot.deadline == at(600))
        #expect(slot.handle(.tick, at: at(600)) == .init(talk: .openMicrophone, touch: nil))
        let release = slot.handle(.level(isDown: false), at: at(2000))
        #expect(release == .init(talk: .closeMicrophone, touch: nil, isLetGo: true))
        _ = slot.handle(.level(isDown: true), at: at(3000))
        let tap = slot.handle(.level(isDown: false), at: at(3100))
        #expect(tap == .init(talk: nil, touch: .press, isLetGo: true))
        _ = slot.handle(.level(isDown: true), at: at(4000))
        _ = slot.handle(.tick, at: at(4500))
        #expect(slot.unreadable(at: at(4600)).talk == .closeMicrophone)
    }
}
