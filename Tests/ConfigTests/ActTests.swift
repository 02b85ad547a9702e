import Testing

@testable import Config

@Suite struct ActTests {
    private let rest = """
        [channel house]
        [lamp l]
        line = GPIO1
        show = calling
        [relay door]
        line = GPIO2
        """

    private func button(_ lines: String) throws -> Config.Button {
        try parse("[station]\nname = a\n\(rest)\n[button b]\nline = GPIO3\n\(lines)\n").buttons[0]
    }

    @Test func aKeyMayDoThreeThings() throws {
        let button = try button("press = relay door\nhold = mute house\ndouble = volume -5")
        #expect(button.acts[.press] == .relay("door", at: nil))
        #expect(button.acts[.hold] == .mute("house"))
        #expect(button.acts[.double] == .volume(-5))
        #expect(!button.talks)
    }

    @Test func aTalkMayBeginWithAnyTouch() throws {
        let press = try button("press = talk house")
        #expect(press.talk == .channel("house") && press.talkTouch == .press)
        let hold = try button("press = dnd\nhold = talk house")
        #expect(hold.talk == .channel("house") && hold.talkTouch == .hold)
        #expect(hold.acts == [.press: .doNotDisturb])
    }

    @Test(arguments: ["talk = reply", "press = reply", "press = talk reply"])
    func replyHasNoNameOfItsOwn(lines: String) throws {
        let button = try button(lines)
        #expect(button.isReply && button.talk == nil && button.talks)
        #expect(button.talkText == "reply")
    }

    @Test func aReplayNeedsThatSoundIsKept() throws {
        let start = "[station]\nname = a\n[button b]\nline = GPIO3\npress = replay\n"
        let config = try parse(start)
        #expect(config.buttons[0].acts == [.press: .replay])
        #expect(
            config.warnings.map { $0.what } == [
                "press: nothing is kept to be played: set [replay] keep"
            ])
        #expect(try parse(start + "[replay]\nkeep = 30s\n").warnings.isEmpty)
    }

    @Test func aKeyOfAKeypadHasItsNumber() throws {
        let text = "[station]\nname = a\n[channel c]\n[button b]\ntalk = c\nline = evdev:A/B/"
        let named = try parse("\(text)KEY_F1\n").buttons[0]
        #expect(named.keyCode == 59 && named.device == "A/B" && named.debounce == .zero)
        let numbered = try parse("\(text)59\n").buttons[0]
        #expect(numbered.line == "evdev:A/B/KEY_F1")
        #expect(KeyName.name(of: 700) == "700" && KeyName.code(of: "0") == nil)
    }
}
