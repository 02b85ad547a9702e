import Testing

@testable import Report

/// How people change what is kept.
@Suite struct SavedStateChangesTests {
    private let names = ["house", "office"]

    private func change(
        _ state: inout SavedState, _ request: StateRequest
    ) throws(SavedState.UnknownName) -> Event? {
        try state.apply(request, among: names, at: 1_000_000)
    }

    private func volume(_ percent: String) -> Event {
        Event(.volume, at: 1_000_000, target: "ring", detail: percent)
    }

    private func mute(_ what: String, _ detail: String) -> Event {
        Event(.mute, at: 1_000_000, target: what, detail: detail)
    }

    @Test func aVolumeStaysBetweenNothingAndAll() throws {
        var state = SavedState()
        #expect(try change(&state, .volume(.ring, .to(40))) == volume("40%"))
        #expect(try change(&state, .volume(.ring, .by(-5))) == volume("35%"))
        #expect(try change(&state, .volume(.ring, .by(-100))) == volume("0%"))
        #expect(try change(&state, .volume(.page, .by(100))) == nil)
        #expect(state.volumes[.ring] == 0 && state.volumes[.page] == 100)
        #expect(state.volumes[.speaker] == 100 && state.volumes[.tones] == 100)
    }

    @Test func whatIsSoAlreadyIsNoChange() throws {
        var state = SavedState()
        #expect(try change(&state, .show) == nil)
        #expect(try change(&state, .volume(.ring, .to(100))) == nil)
        #expect(try change(&state, .mute(what: "mic", isOn: false)) == nil)
        #expect(try change(&state, .doNotDisturb(isOn: false, seconds: nil)) == nil)
        #expect(state == SavedState())
    }

    @Test(arguments: ["mic", "speaker", "house", "office"])
    func whatHasANameIsMutedAlone(what: String) throws {
        var state = SavedState()
        #expect(try change(&state, .mute(what: what, isOn: true)) == mute(what, "on"))
        for other in ["mic", "speaker"] + names {
            #expect(state.isMuted(other) == (other == what))
        }
        #expect(try change(&state, .mute(what: what, isOn: true)) == nil)
        #expect(try change(&state, .mute(what: what, isOn: false)) == mute(what, "off"))
        #expect(state == SavedState())
    }

    @Test func aNameThatIsGoneCanOnlyBeForgotten() throws {
        var state = SavedState()
        state.muted = ["attic"]
        let unknown = SavedState.UnknownName(
            name: "cellar", known: ["mic", "speaker", "house", "office"])
        for isOn in [true, false] {
            #expect(throws: unknown) {
                try change(&state, .mute(what: "cellar", isOn: isOn))
            }
        }
        #expect(throws: SavedState.UnknownName.self) {
            try change(&state, .mute(what: "attic", isOn: true))
        }
        #expect(state.muted == ["attic"])
        #expect(try change(&state, .mute(what: "attic", isOn: false)) == mute("attic", "off"))
        #expect(state.muted.isEmpty)
    }

    @Test func doNotDisturbEndsWhenItsTimeIsOver() throws {
        var state = SavedState()
        #expect(
            try change(&state, .doNotDisturb(isOn: true, seconds: 60))
                == Event(.dnd, at: 1_000_000, detail: "on for 60 s"))
        #expect(state.doNotDisturb.untilMilliseconds == 1_060_000)
        #expect(!state.isUndisturbedLongEnough(at: 1_059_999))
        #expect(state.isUndisturbedLongEnough(at: 1_060_000))
        #expect(
            try change(&state, .doNotDisturb(isOn: true, seconds: nil))
                == Event(.dnd, at: 1_000_000, detail: "on"))
        #expect(!state.isUndisturbedLongEnough(at: .max))
        #expect(
            try change(&state, .doNotDisturb(isOn: false, seconds: nil))
                == Event(.dnd, at: 1_000_000, detail: "off"))
        #expect(state == SavedState())
    }
}
