import Testing

@testable import HAL

/// alsa-lib's descriptions of open devices.
private enum Dump {
    static let card = "Hardware PCM card 1 'USB Audio Device' device 0 subdevice 0\nIts setup is:\n"
    static let converted = """
        Plug PCM: Rate conversion PCM (44100, sformat=S16_LE)
        Converter: libspeex (builtin)
        Protocol version: 10003
        Its setup is:
          stream       : CAPTURE
        Slave: Hardware PCM card 12 'bcm2835 Headphones' device 0 subdevice 0
        """
    static let mixed =
        "Plug PCM: Direct Stream Mixing PCM\nIts setup is:\n"
        + "Hardware PCM card 0 'HDA Intel' device 0 subdevice 0\n"
    static let pulse = "ALSA <-> PulseAudio PCM I/O Plugin\nIts setup is:\n"
    static let pipeWire = "ALSA <-> PipeWire PCM Plugin\nIts setup is:\n"
}

@Suite struct PCMRouteTests {
    @Test func aCardIsDirect() {
        let route = PCMRoute(dump: Dump.card)
        #expect(route.detours.isEmpty && route.card == 1)
        #expect(PCMRoute(dump: "simulated sound card\nIts setup is:\n").detours.isEmpty)
        #expect(PCMRoute(dump: "") == PCMRoute(dump: "Null PCM"))
    }

    @Test func eachDetourIsSeen() {
        #expect(PCMRoute(dump: Dump.converted).detours == [.rate])
        #expect(PCMRoute(dump: Dump.converted).card == 12)
        #expect(PCMRoute(dump: Dump.mixed).detours == [.mixing])
        #expect(PCMRoute(dump: Dump.pulse).detours == [.pulseAudio])
        #expect(PCMRoute(dump: Dump.pipeWire).detours == [.pipeWire])
        #expect(PCMRoute(dump: Dump.pipeWire).card == nil)
    }
}

@Suite struct PCMClockTests {
    private func clock(
        _ capture: String, _ captureDump: String, _ playback: String, _ playbackDump: String
    ) -> PCMClock {
        PCMClock(
            capture: .init(name: "pcm:\(capture)", route: PCMRoute(dump: captureDump)),
            playback: .init(name: "pcm:\(playback)", route: PCMRoute(dump: playbackDump)))
    }

    @Test func oneCardIsOneClockByWhateverName() {
        #expect(clock("hw:1", Dump.card, "plughw:Device", Dump.card).isOneClock)
        #expect(clock("a", "", "a", "").isOneClock)
    }

    @Test func twoCardsAreTwo() {
        let clock = clock("hw:1", Dump.card, "hw:0", Dump.mixed)
        #expect(clock.reason == "pcm:hw:1 and pcm:hw:0 are two cards" && !clock.isGuess)
        #expect(self.clock("a", "", "b", "").reason == "pcm:a and pcm:b may be two cards")
        #expect(!self.clock("a", "", "hw:1", Dump.card).isOneClock)
    }

    @Test func aSoundServerHidesTheClock() {
        let clock = clock("pulse", Dump.pulse, "pulse", Dump.pulse)
        #expect(clock.isGuess)
        #expect(clock.reason == "pcm:pulse goes through PulseAudio, whose clock is not the card's")
    }

    @Test func samplesSpeakForAndAgainstOneClock() {
        func compared(
            _ one: Double, _ oneError: Double, _ other: Double, _ error: Double
        ) -> PCMClock.Comparison {
            PCMClock.compared(
                capturePPM: one, uncertain: oneError, playbackPPM: other, uncertain: error)
        }
        #expect(compared(10, 0.5, 90, 0.5) == .apart(80))
        #expect(compared(10, 0.5, -20, 0.5) == .apart(-30))
        // Not for less than a canceller follows, nor for less than the uncertainty.
        #expect(compared(10, 0.5, 12, 0.5) == .together)
        #expect(compared(10, 20, 40, 20) == .unknown)
        #expect(compared(10, 2, 10, 2) == .unknown)
    }
}
