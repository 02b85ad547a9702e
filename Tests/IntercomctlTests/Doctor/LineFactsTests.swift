import HAL
import Testing

@testable import Config
@testable import Intercomctl

@Suite struct LineFactsTests {
    /// The wiring of a button in the settings.
    struct Wiring {
        let isActiveLow: Bool
        let bias: Config.Button.Bias

        var button: Config.Button {
            var button = Config.Button()
            (button.active, button.bias) = (isActiveLow ? .low : .high, bias)
            return button
        }
    }

    func key(
        _ state: LineFacts.State, _ wiring: Wiring = Wiring(isActiveLow: true, bias: .pullUp)
    ) -> String {
        lines(
            .gpio,
            LineFacts(
                line: "GPIO17", kind: .button, name: "ptt", button: wiring.button, state: state
            ).report(to:))[0]
    }

    func lamp(_ state: LineFacts.State) -> String {
        lines(.gpio, LineFacts(line: "GPIO23", kind: .lamp, name: "mic", state: state).report(to:))[
            0]
    }

    func relay(_ state: LineFacts.State) -> String {
        lines(
            .gpio, LineFacts(line: "GPIO24", kind: .relay, name: "door", state: state).report(to:))[
                0]
    }

    @Test func aRelayIsSaidToBeOne() {
        #expect(relay(.free) == "ok gpio GPIO24 relay door, free")
    }

    @Test func aKeyThatReadsPressedIsAWarningByItsWiring() {
        let pressed = LineFacts.State.read(isPressed: true)
        #expect(
            key(pressed) == "WARN gpio GPIO17 ptt, reads pressed: jammed, shorted, or it opens when"
                + " pressed -> let it go; if it is not held, active = high in [button ptt]")
        #expect(
            key(pressed, Wiring(isActiveLow: false, bias: .pullUp))
                == "WARN gpio GPIO17 ptt, reads pressed at rest: its pull-up holds it at"
                + " `active` -> active = low in [button ptt]")
        #expect(
            key(pressed, Wiring(isActiveLow: true, bias: .pullDown)).hasSuffix(
                "-> active = high in [button ptt]"))
        #expect(
            key(pressed, Wiring(isActiveLow: false, bias: .none)).hasSuffix(
                "active = low in [button ptt]"))
    }

    @Test(arguments: [
        GPIOError.Reason.busy(holder: "gpio-keys"), .busy(holder: "lights \"x\""),
        .busy(holder: ""), .noLine, .noChip, .noDevice, .noKey, .noLED, .failed(errno: 5),
    ])
    func aLineThatCannotBeHadIsAFailureWithAFix(reason: GPIOError.Reason) {
        let error = GPIOError(line: "GPIO17", reason: reason)
        let text = "\(error.text) -> \(error.fix ?? "intercomctl gpio list")"
        #expect(key(.failed(error)) == "FAIL gpio GPIO17 ptt, \(text)")
        #expect(lamp(.failed(error)) == "FAIL gpio GPIO23 lamp mic, \(text)")
    }
}
