import HAL
import Report
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

    func button(
        _ state: Status.Button.State, age: Double? = nil, fault: Fault? = nil,
        talks: Bool = false
    ) -> LineFacts.State {
        var button = Status.Button()
        (button.state, button.pressAgeSeconds, button.fault) = (state, age, fault)
        (button.isTalking, button.target) = (talks, "house")
        return .key(button)
    }

    @Test func aRelayIsSaidToBeOne() {
        #expect(relay(.free) == "ok gpio GPIO24 relay door, free")
        var door = Status.Relay()
        door.state = .off
        #expect(relay(.relay(door)) == "ok gpio GPIO24 relay door, off")
        door.state = .failed
        door.fault = Fault("busy", "held by \"other\"", fix: "end that program")
        #expect(
            relay(.relay(door))
                == "FAIL gpio GPIO24 relay door, held by \"other\" -> end that program")
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
        #expect(key(button(.pressed)) == key(pressed))
    }

    @Test(arguments: [
        GPIOError.Reason.busy(holder: "gpio-keys"), .busy(holder: "lights \"x\""),
        .busy(holder: ""), .noLine, .noChip, .noDevice, .noKey, .noLED, .failed(errno: 5),
    ])
    func whatTheDaemonTellsAndOurOwnLookGiveTheSameLine(reason: GPIOError.Reason) {
        let error = GPIOError(line: "GPIO17", reason: reason)
        let told = button(.unreadable, fault: Fault(error.code, error.text, fix: error.fix))
        #expect(key(.failed(error)) == key(told))
        #expect(key(.failed(error)).hasPrefix("FAIL gpio GPIO17 ptt, "))
    }

    @Test func aLampThatFailedIsAFailure() {
        var status = Status.Lamp()
        (status.state, status.fault) = (.failed, Fault("busy", "held by \"x\"", fix: "end that"))
        #expect(lamp(.lamp(status)) == "FAIL gpio GPIO23 lamp mic, held by \"x\" -> end that")
        (status.state, status.fault) = (.off, nil)
        #expect(lamp(.lamp(status)) == "ok gpio GPIO23 lamp mic, off")
    }
}
