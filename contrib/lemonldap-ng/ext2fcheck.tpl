<TMPL_INCLUDE NAME="header.tpl">

<!-- The prompt of pinward: what is typed does not show. It takes the place of the
     portal's prompt for codes, whose fields it sends back. -->

<main id="logincontent" class="container">
  <div class="message message-positive alert">
    <p lang="fr">Cet appareil n’est pas reconnu : saisissez votre code PIN.</p>
    <p lang="en">This device is not recognized: enter your PIN.</p>
  </div>
  <div class="card">
    <form action="<TMPL_IF NAME="TARGET"><TMPL_VAR NAME="TARGET" ESCAPE=HTML><TMPL_ELSE>/rest2fcheck</TMPL_IF>" method="post" class="password" role="form">
      <input type="hidden" name="token" value="<TMPL_VAR NAME="TOKEN" ESCAPE=HTML>">
      <input type="hidden" name="checkLogins" value="<TMPL_VAR NAME="CHECKLOGINS" ESCAPE=HTML>">
      <input type="hidden" name="stayconnected" value="<TMPL_VAR NAME="STAYCONNECTED" ESCAPE=HTML>">
      <input type="hidden" name="skin" value="<TMPL_VAR NAME="SKIN" ESCAPE=HTML>">
      <div class="form">
        <div class="form-group">
          <label for="pin">Code PIN / PIN</label>
          <input id="pin" name="code" type="password" inputmode="numeric" pattern="[0-9]*" minlength="4" maxlength="12" class="form-control" autocomplete="off" required>
        </div>
      </div>
      <div class="buttons">
        <button type="submit" class="btn btn-success"><span trspan="connect">Connect</span></button>
        <a href="<TMPL_VAR NAME="PORTAL_URL" ESCAPE=HTML>?cancel=1&amp;skin=<TMPL_VAR NAME="SKIN" ESCAPE=HTML>" class="btn btn-primary" role="button"><span trspan="cancel">Cancel</span></a>
      </div>
    </form>
  </div>
</main>

<TMPL_INCLUDE NAME="footer.tpl">
