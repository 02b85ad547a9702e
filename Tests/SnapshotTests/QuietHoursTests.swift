import Media
import Report
import Testing
import Time
import Wire

@testable import Intercomd

@Suite struct QuietHoursTests {
    @Test func quietHoursAreNotCalledDoNotDisturb() throws {
        let text = Kitchen.text + "[quiet]\nhours = 22:00-06:30\n"
        let station = try Kitchen.snapshot(text)
        let at = UInt64((Kitchen.now - .seconds(5)).nanoseconds)
        station.peers[Kitchen.garage].traffic[.unheardAt] = at
        station.peers[Kitchen.garage].traffic[.unheardWhy] =
            UInt64(Unheard.doNotDisturb.rawValue) | 5 << 8
        station.state.isQuietTime = true
        let heard = "garage spoke 5 s ago and was not heard here: "
        #expect(
            station.noteLines == [
                heard + "quiet hours are on until 06:30 -> change hours in [quiet]"
            ])
        station.state.doNotDisturb.isOn = true
        #expect(station.noteLines == [heard + "do not disturb is on -> intercomctl dnd off"])
    }
}
