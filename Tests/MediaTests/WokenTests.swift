import Testing

@testable import HAL
@testable import Media

@Suite struct WokenTests {
    func woken(by token: UInt32) -> Woken {
        var woken = Woken()
        woken.note(EventLoop.Event(token: token, events: 1))
        return woken
    }

    @Test func theClockMasterAloneTellsAPeriod() {
        for master in [ClockMaster.Source.capture, .playback] {
            #expect(woken(by: Token.card).isPeriod(of: master))
            #expect(!woken(by: Token.timer.rawValue).isPeriod(of: master))
        }
        #expect(woken(by: Token.timer.rawValue).isPeriod(of: .timer))
    }

    @Test func whatElseWakesTheLoopIsNoPeriod() {
        for token in [Token.commands.rawValue, Token.socket.rawValue, Token.key] {
            #expect(!woken(by: token).isPeriod(of: .capture))
            #expect(!woken(by: token).isPeriod(of: .timer))
        }
    }

    @Test func datagramsAloneTakeAShortTurn() {
        for token in [Token.socket, .strays] {
            var woken = woken(by: token.rawValue)
            #expect(woken.isSocketOnly)
            woken.note(EventLoop.Event(token: Token.key, events: 1))
            #expect(!woken.isSocketOnly)
        }
        #expect(!woken(by: Token.timer.rawValue).isSocketOnly)
        #expect(woken(by: Token.strays.rawValue).strays)
        #expect(!woken(by: Token.strays.rawValue).socket)
    }
}
