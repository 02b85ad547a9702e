import Config
import Report
import Testing
import Wire

@testable import Intercomd

/// What a button does is what a program would ask for.
@Suite struct RequestActTests {
    private func request(
        _ act: Config.Act, page: String? = nil, _ state: SavedState = SavedState()
    ) -> Request {
        Request(act, page: page, state: state)
    }

    @Test(arguments: ["mic", "speaker", "house"])
    func theSameButtonEndsWhatItBegan(what: String) throws {
        let page = Config.Act.page("house")
        for (other, isDown) in [(nil, true), ("attic", true), ("house", false)] as [(String?, Bool)]
        {
            #expect(request(page, page: other) == .page("house", isDown: isDown, .normal))
        }
        var state = SavedState()
        #expect(request(.mute(what), state) == .state(.mute(what: what, isOn: true)))
        _ = try state.apply(.mute(what: what, isOn: true), among: ["house"], at: 0)
        #expect(request(.mute(what), state) == .state(.mute(what: what, isOn: false)))
        for isOn in [true, false] {
            #expect(
                request(.doNotDisturb, state) == .state(.doNotDisturb(isOn: isOn, seconds: nil)))
            state.doNotDisturb.isOn = true
        }
    }

    @Test func aButtonAsksAsAProgramWould() {
        #expect(request(.relay("door", at: nil)) == .relay("door", peer: nil))
        #expect(request(.relay("door", at: "office")) == .relay("door", peer: "office"))
        #expect(request(.signal("office")) == .signal(peer: "office"))
        #expect(request(.call("house")) == .call("house", .call, .normal))
        #expect(request(.message("office")) == .message(.record(peer: "office")))
        #expect(request(.messages) == .message(.play(nil)))
        #expect(request(.replay) == .replay(peer: nil))
        #expect(request(.answer) == .answer)
        #expect(request(.reject) == .reject)
        #expect(request(.hangUp) == .hangUp)
        #expect(request(.volume(-5)) == .state(.volume(.speaker, .by(-5))))
    }
}
