import Report
import Testing

@testable import Intercomctl

@Suite struct PeerLinesTests {
    @Test func anUnknownCallerIsToldWithTheLineThatAddsIt() {
        var caller = CallerStatus()
        (caller.key, caller.fingerprint) = ("intercom1:abc", "7699 5418 0629 1111 2222 3333")
        (caller.address, caller.ageSeconds, caller.isProven) = ("192.0.2.7:5577", 12, true)
        #expect(
            lines(of: [caller])
                == "* an unknown station called from 192.0.2.7:5577 12s ago, key 7699 5418 … -> if"
                + " you know it: intercomctl pair, or sudo intercomctl peer add NAME 192.0.2.7"
                + " intercom1:abc\n")
        caller.address = "[2001:db8::7]:5577"
        #expect(fix(for: caller).hasSuffix("NAME 2001:db8::7 intercom1:abc"))
        caller.address = "[2001:db8::7]:99"
        #expect(fix(for: caller).hasSuffix("NAME [2001:db8::7]:99 intercom1:abc"))
        caller.isProven = false
        #expect(fix(for: caller) == "if you know it: intercomctl pair")
        #expect(
            words(about: caller).hasSuffix(
                "(unproven: it uses a pre-shared key, or borrows somebody's key)"))
    }

    @Test func aStationOfTheSiteIsNotToBeAddedByACopiedLine() {
        var caller = CallerStatus()
        caller.station = "hall"
        #expect(words(about: caller).hasPrefix("hall of the site, no peer here, called from"))
        #expect(fix(for: caller).contains("intercomctl peer rename"))
        #expect(fix(for: caller).contains("if it takes that one's place, peer replace"))
        (caller.station, caller.formerStation) = (nil, "hall")
        (caller.address, caller.ageSeconds) = ("192.0.2.7:5577", 12)
        #expect(
            lines(of: [caller])
                == "* the former hall, no peer any more, still calls, from 192.0.2.7:5577 12s ago"
                + " -> \(CallerStatus.formerFix)\n")
        let meant = "if it was removed, or another box has its place, nothing"
        #expect(CallerStatus.formerFix.hasPrefix(meant))
        // It may never have been in a site.
        #expect(CallerStatus.formerFix.contains("if not: intercomctl pair, or, in a site, there: "))
    }
}
