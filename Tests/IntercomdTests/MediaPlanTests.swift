import Audio
import Config
import Station
import Testing

@testable import Intercomd
@testable import Media

@Suite struct MediaPlanTests {
    private func made(_ audio: String, apart: String? = nil) throws -> MediaPlan {
        let config = try config("[station]\nname = a\n[audio]\n\(audio)\n")
        let directory = directory(config)
        return MediaPlan(
            config, directory, Routing(config, directory),
            HandsFree(config.audio, clocksApart: apart))
    }

    @Test func anEchoIsCancelledInFramesOf10MillisecondsWhereThoseAreSentAnyway() throws {
        func block(_ audio: String) throws -> Int { try made(audio).captureBlock }
        #expect(try block("echo = on") == 480)
        #expect(try block("echo = off") == 240)
        #expect(try block("profile = studio\necho = on") == 240)
        #expect(try block("profile = lowpower\necho = on") == 480)
        #expect(try block("profile = ultra\necho = on") == 120)
    }

    @Test func acrossTwoClocksTheSpeakerIsHeldDownInstead() throws {
        let one = try made("echo = on\nduplex = auto")
        #expect(one.capture.cancelsEcho && !one.isHalfDuplex)
        let two = try made("echo = on\nduplex = auto", apart: "two cards")
        #expect(two.capture.isOff && two.isHalfDuplex)
        #expect(two.captureBlock == two.sound.blockSamples)
    }

    /// Their order is that of the setting; a name without a peer takes no place.
    @Test func thePeersToForwardForKeepTheirPlaces() throws {
        func forwards(_ names: String) throws -> [Int] {
            let keys = [
                "pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp",
                "b6vgqtwyq22ls7wbnzsd3qz7nkmb3e4qpnhipj2cfxbn6ylk64qa:aaaa",
            ]
            return try plan(
                config(
                    """
                    [station]
                    name = a
                    [forward]
                    for = \(names)
                    [peer b]
                    key = intercom1:\(keys[0])
                    [peer c]
                    key = intercom1:\(keys[1])
                    """)
            ).forwards
        }
        #expect(try forwards("c, gone, b") == [1, 0])
        #expect(try forwards("nobody") == [])
    }

    @Test func aPageIsAsLoudAsItsChannelUnlessThatIsOverridden() throws {
        let key = "pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp"
        let plan = try plan(
            config(
                """
                [station]
                name = a
                [channel house]
                members = *
                mute = yes
                [peer b]
                key = intercom1:\(key)
                """))
        #expect(plan.gain(of: 0, .direct) == .unity && plan.gain(of: 0, .call) == .unity)
        #expect(plan.gain(of: 0, .channel(1)) == .muted)
        #expect(plan.gain(of: 0, .page(channel: nil, overrides: false)) == .unity)
        #expect(plan.gain(of: 0, .page(channel: 1, overrides: false)) == .muted)
        #expect(plan.gain(of: 0, .page(channel: 1, overrides: true)) == .unity)
    }

    @Test func targetsThatAreAimedComeLastAndHaveKeysOfTheirOwn() throws {
        let plan = try plan(config("[station]\nname = a\n[talk]\nmax-talk = 1s\n"))
        #expect(plan.targets.map(\.stream) == [255, 29, 30, 31])
        #expect(plan.targets[plan.announcement].stream == 29)
        #expect(plan.targets[plan.call].stream == 31)
        let talkMax = plan.virtualKeys.map(\.talkMax)
        #expect(talkMax[0] == .seconds(300), "so has a message")
        #expect(talkMax[2] == .seconds(60), "a page has a limit of its own")
        #expect(talkMax[3] > .seconds(86_400 * 365), "a call has none")
        #expect(plan.virtualKeys[3].tail == .zero, "and is closed at once")
    }

    /// A frame of the codec, and another of what is done to the sound; shorter blocks wait until
    /// they fill one.
    @Test(arguments: [
        ("echo = off", 10.0), ("echo = on", 20), ("noise-suppression = low", 15),
        ("gain-control = on", 10),
        ("profile = studio\necho = on", 10), ("profile = lowpower\necho = on", 30),
        ("profile = ultra\necho = on", 10),
    ])
    func whatEchoAndNoiseHoldBackCounts(audio: String, input: Double) throws {
        #expect(OwnDelays(try made(audio)).input == input)
    }

    @Test func theDelayOfCoderAndSpeakerIsTheProfiles() throws {
        let voice = OwnDelays(try made("profile = voice"))
        #expect(voice.codec == 6.5 && voice.output == 15)
        #expect(OwnDelays(try made("profile = studio")).codec == 2.5)
    }
}
