package ondol.engine.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import ondol.engine.logs.MessageForm.Message;
import org.junit.jupiter.api.Test;

/** What servers of logs get. */
final class MessageFormTest {
    private static final long TIME = 1_000_000_000_123_456_789L;

    @Test
    void journal() {
        JournalForm form = new JournalForm(Map.of("CONTAINER_NAME", "x", "TEAM", "a\nb"));
        String text = new String(form.encode(new Message(true, TIME, "hello".getBytes(UTF_8), 0, true)), UTF_8);
        assertTrue(
                text.startsWith("MESSAGE=hello\nPRIORITY=3\nSYSLOG_TIMESTAMP=2001-09-09T01:46:40.123456789Z\n"), text);
        assertTrue(text.contains("CONTAINER_NAME=x\n"), text);
        assertTrue(text.contains("TEAM\n\003\0\0\0\0\0\0\0a\nb\n"), text);
        assertTrue(!text.contains("PARTIAL"), text);
    }

    @Test
    void piecesOfALongLine() {
        JournalForm form = new JournalForm(Map.of());
        String first = new String(form.encode(new Message(false, TIME, new byte[0], 0, false)), UTF_8);
        String last = new String(form.encode(new Message(false, TIME, new byte[0], 1, true)), UTF_8);
        assertTrue(first.contains("CONTAINER_PARTIAL_MESSAGE=true\n"), first);
        assertTrue(first.contains("CONTAINER_PARTIAL_ORDINAL=1\nCONTAINER_PARTIAL_LAST=false\n"), first);
        assertTrue(last.contains("CONTAINER_PARTIAL_ORDINAL=2\nCONTAINER_PARTIAL_LAST=true\n"), last);
        assertTrue(!last.contains("PARTIAL_MESSAGE"), last);
    }

    @Test
    void namesOfFields() {
        assertEquals("COM_EXAMPLE_TEAM", JournalForm.name("com.example-team"));
        assertEquals("X", JournalForm.name("_1x"));
        assertEquals("", JournalForm.name("_"));
    }

    @Test
    void syslog() {
        SyslogForm form = new SyslogForm(SyslogForm.Style.LOCAL, false, 3, "tag", "host", 7);
        String text = new String(form.encode(new Message(false, TIME, "hello".getBytes(UTF_8), 0, true)), UTF_8);
        assertTrue(text.matches("<30>Sep [ \\d]\\d \\d\\d:46:40 tag\\[7]: hello\n"), text);
    }

    @Test
    void syslogWithLengths() {
        SyslogForm form = new SyslogForm(SyslogForm.Style.RFC5424, true, 3, "tag", "host", 7);
        byte[] bytes = form.encode(new Message(true, TIME, "grüße".getBytes(UTF_8), 0, true));
        String text = new String(bytes, UTF_8);
        assertTrue(text.matches("\\d+ <27>1 2001-09-0\\dT\\S+ host tag 7 tag - grüße\n"), text);
        int space = text.indexOf(' ');
        assertEquals(bytes.length - space - 1, Integer.parseInt(text.substring(0, space)));
    }
}
