import Foundation
import Testing

@testable import HAL

extension AudioOnSimulatedCard {
    @Suite struct PCMErrorTests {
        func reason(_ name: PCMName) -> PCMError.Reason? {
            do throws(PCMError) {
                _ = try PCMDevice(.capture, name: name, wanted: PCMParameters.Wanted())
                return nil
            } catch {
                return error.reason
            }
        }

        @Test func whatIsNotThereIsAbsent() {
            #expect(reason(.card("Nonesuch")) == .absent)
            #expect(reason(.pcm("nonesuch")) == .absent)
            #expect(reason(.usb(vendor: 0x0d8c, product: 0x0014, serial: nil)) == .absent)
        }

        @Test func secondOpeningIsBusy() throws {
            let card = SimCard()
            let name = card.pcm()
            let first = try PCMDevice(.capture, name: name, wanted: PCMParameters.Wanted())
            #expect(reason(name) == .busy)
            // The other direction has another error.
            let playback = try PCMDevice(.playback, name: name, wanted: PCMParameters.Wanted())
            _ = consume first
            #expect(reason(name) == nil)
            _ = consume playback
        }

        @Test func cardThatCannotServeSaysWhatItLacks() {
            #expect(reason(SimCard().pcm("RATE=44100")) == .rate)
            #expect(reason(SimCard().pcm("FORMATS=U8")) == .format)
            #expect(reason(SimCard().pcm("CHANNELS=6")) == .channels)
        }

        @Test func cardOfAnotherRateIsConvertedFor() throws {
            let card = SimCard()
            let name = card.pcm("RATE=16000,CHANNELS=1")
            var capture = try PCMDevice(.capture, name: name, wanted: AudioLoop.calm)
            var playback = try PCMDevice(.playback, name: name, wanted: AudioLoop.calm)
            #expect(capture.granted.rate == 48_000 && playback.granted.rate == 48_000)
            #expect(capture.route.detours == [.rate] && playback.route.detours == [.rate])
            // From the loudspeaker through the air to the microphone.
            card.command("echo", "0.5", "25")
            try PCMDevice.start(&capture, &playback)
            let said = (0..<24_000).map { Int16(10_000 * sin(Double($0) * .pi / 80)) }
            var rest = said[...]
            var heard: [Int16] = []
            while heard.count < 48_000 {
                if case .samples(let count) = playback.write(rest.span) {
                    rest = rest.dropFirst(count)
                }
                if rest.isEmpty { rest = said[...] }
                let (more, outcome) = AudioLoop.read(2_400, from: &capture)
                try #require(outcome == .samples(2_400))
                heard += more
            }
            let loudest = try #require(heard.max())
            #expect((4_000...6_000).contains(loudest))
        }

        @Test func brokenConfigurationNamesTheCall() {
            let card = SimCard()
            guard case .failed("snd_pcm_open", let errno)? = reason(card.pcm("FORMATS=NOISE"))
            else {
                Issue.record("opened, or failed otherwise")
                return
            }
            #expect(errno == EINVAL)
        }
    }
}

@Suite struct PCMErrorTextTests {
    static let texts: [(PCMError.Reason, String)] = [
        (.absent, "no such card now; plug it in, or set input in [audio] (intercomctl audio list)"),
        (.busy, "in use by another program; sudo fuser -v /dev/snd/*"),
        (.notPermitted, "no permission; the user that runs this program must be in group audio"),
        (
            .refused,
            "the service's DeviceAllow= does not have it; if the sound driver came after the "
                + "service: sudo systemctl restart intercomd"
        ),
        (.oneWay, "the card cannot record; choose another input, or none"),
        (.failed(call: "snd_pcm_open", errno: ENOMEM), "snd_pcm_open: Cannot allocate memory"),
    ]

    @Test(arguments: texts)
    func saysWhereWhatAndWhatToDo(reason: PCMError.Reason, text: String) {
        let error = PCMError(device: "card:Device", direction: .capture, reason: reason)
        #expect(error.description == "audio input card:Device: " + text)
    }

    @Test func dmixThatAnotherUserHasOpenedNamesItsRights() {
        let error = PCMError(device: "pcm:shared", direction: .playback, reason: .notPermitted)
        #expect(
            error.description
                == "audio output pcm:shared: no permission; the user that runs this program must be"
                + " in group audio; if it is dmix or dsnoop, another user may have opened it first:"
                + " give it ipc_perm 0660 and ipc_gid audio in the ALSA configuration")
        #expect(PCMError(device: "auto (card:x)", direction: .capture, reason: .absent).isKernels)
    }
}
